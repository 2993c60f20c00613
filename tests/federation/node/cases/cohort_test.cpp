#include <cstring>
#include <set>

#include <huizhen/backend_reference/backend.h>
#include <huizhen/learning/tasks.h>

#include "own_folder.h"

namespace huizhen::node {
namespace {

using ::testing::HasSubstr;

const std::string kPictures =
    "patient,case,malignant,spacing_mm,size_mm\n"
    "p1,c1,1,0.7,12.5\n"
    "p1,c2,0,0.7,\n"
    "p2,c3,0,0.5,4\n";

TEST_F(OwnFolder, is_read_report_by_report) {
    write("cases.csv", kReports);
    const auto cohort = read("report-stage/1");
    ASSERT_TRUE(cohort) << cohort.error().to_string();
    ASSERT_EQ(cohort->cases.size(), 3U);
    EXPECT_EQ(cohort->left_out, 1U);
    const learning::Case& first = cohort->cases[0].content;
    EXPECT_EQ(first.text, "Tumour 52 mm, \"hilar\" nodes involved");
    EXPECT_EQ(first.labels[0], 1.0F);
    EXPECT_TRUE(std::isnan(first.labels[2]));
    EXPECT_EQ(cohort->cases[0].content.fold, cohort->cases[1].content.fold);  // one patient
    EXPECT_EQ(first.fold, fold_of("Li Wei"));
}

TEST_F(OwnFolder, gives_the_cases_of_one_site_or_names_those_there_are) {
    write("cases.csv", kReports);
    EXPECT_EQ(read("report-stage/1", "North")->cases.size(), 2U);
    EXPECT_EQ(read("report-stage/1", "South")->cases.size(), 1U);
    const auto nobody = read("report-stage/1", "East");
    ASSERT_FALSE(nobody);
    EXPECT_EQ(nobody.error().code(), ErrorCode::kNotFound);
    EXPECT_THAT(nobody.error().message(), HasSubstr("\"North\", \"South\""));
}

TEST_F(OwnFolder, every_patient_is_held_out_in_one_fold) {
    write("cases.csv", kReports);
    std::vector<int> times(3);
    for (int fold = 0; fold < learning::kFolds; ++fold) {
        auto cohort = read("report-stage/1");
        ASSERT_TRUE(cohort);
        const int own = cohort->cases[0].content.fold;
        hold_out(*cohort, fold);
        EXPECT_EQ(cohort->cases[0].content.fold == 0, own == fold);
        for (std::size_t k = 0; k < 3; ++k) times[k] += cohort->cases[k].content.fold == 0;
    }
    EXPECT_THAT(times, ::testing::Each(1));
}

TEST_F(OwnFolder, is_read_picture_by_picture) {
    write("cases.csv", kPictures);
    write_pictures(3, 20);
    const auto cohort = read("ct-crops/1");
    ASSERT_TRUE(cohort) << cohort.error().to_string();
    ASSERT_EQ(cohort->cases.size(), 3U);
    const learning::Case& last = cohort->cases[2].content;
    EXPECT_EQ(last.side, 20);
    EXPECT_EQ(last.spacing_mm, 0.5F);
    EXPECT_EQ(last.size_mm, 4.0F);
    EXPECT_THAT(last.hu, ::testing::Each(2));
    EXPECT_TRUE(std::isnan(cohort->cases[1].content.size_mm));
}

// The values of a bad row are a patient's: the message has none of them.
TEST_F(OwnFolder, with_a_bad_table_is_refused_by_row_and_column) {
    const auto message = [&](const std::string& table) {
        write("cases.csv", table);
        const auto cohort = read("report-stage/1");
        EXPECT_FALSE(cohort) << table;
        if (cohort) return std::string();
        EXPECT_EQ(cohort.error().code(), ErrorCode::kMalformedInput) << table;
        EXPECT_THAT(cohort.error().message(), ::testing::Not(HasSubstr("Zhang")));
        return cohort.error().message();
    };
    const std::string header = "patient,case,late_stage,t2_or_more,nodes_involved,text\n";
    EXPECT_THAT(message("patient,case,late_stage,text\nZhang,a,1,x\n"), HasSubstr("t2_or_more"));
    EXPECT_THAT(message("case,late_stage,t2_or_more,nodes_involved,text\n"), HasSubstr("patient"));
    EXPECT_THAT(message(header + "Zhang,a,1,0,2,x\n"), HasSubstr("row 1: column nodes_involved"));
    EXPECT_THAT(message(header + "Zhang,a,1,0,yes,x\n"), HasSubstr("row 1"));
    EXPECT_THAT(message(header + "Zhang,a,1,0,1,x\nZhang,a,1,0,1,x\n"),
                HasSubstr("row 2: its case is in the table twice"));
    EXPECT_THAT(message(header + ",a,1,0,1,x\n"), HasSubstr("row 1: no patient"));
    EXPECT_THAT(message(header + "Zhang,,1,0,1,x\n"), HasSubstr("row 1: no patient or no case"));
    EXPECT_THAT(message(header + "Zhang,a,1,0,1\n"), HasSubstr("line 2"));
    EXPECT_THAT(message(header + "Zhang,a,1,0,1,\"open\n"), HasSubstr("line"));
}

TEST_F(OwnFolder, with_pictures_that_do_not_fit_the_table_is_refused) {
    write("cases.csv", kPictures);
    write_pictures(2, 20);
    EXPECT_EQ(read("ct-crops/1").error().code(), ErrorCode::kMalformedInput);
    write("images.npz", "no archive");
    EXPECT_FALSE(read("ct-crops/1"));
    write_pictures(3, 20);
    write("cases.csv", "patient,case,malignant,spacing_mm\np,a,1,\np,b,1,1\np,c,1,1\n");
    EXPECT_THAT(read("ct-crops/1").error().message(), HasSubstr("row 1: no pixel spacing"));
}

TEST_F(OwnFolder, without_pictures_or_texts_makes_no_task) {
    write("cases.csv", "patient,case,malignant\np,a,1\n");
    const auto cohort = read("ct-crops/1");
    ASSERT_TRUE(cohort);
    Executor executor(1);
    engine::Context context(executor, {engine::reference_backend()});
    const auto mark = [](std::string_view, std::string_view) { return learning::Mark{}; };
    const auto task = learning::make_task("ct-crops/1", marked(*cohort, mark), {}, context);
    EXPECT_EQ(task.error().code(), ErrorCode::kMalformedInput);
}

TEST_F(OwnFolder, that_is_none_says_so) {
    EXPECT_EQ(read("ct-crops/1").error().code(), ErrorCode::kNotFound);
    EXPECT_EQ(read_cohort(folder_.path() / "absent", "ct-crops/1", {}).error().code(), ErrorCode::kNotFound);
    EXPECT_EQ(read("no-such-task/1").error().code(), ErrorCode::kUnsupported);
}

TEST(ResearchCohort, of_crops_is_split_by_scanner_maker) {
    const auto root = HZ_NEED_DATA(testing::data_folder());
    std::size_t all = 0;
    std::set<std::string> patients;
    for (const char* maker : {"GE MEDICAL SYSTEMS", "Philips", "SIEMENS", "TOSHIBA"}) {
        const auto cohort = read_cohort(root / "lidc-crops", "ct-crops/1", maker);
        ASSERT_TRUE(cohort) << cohort.error().to_string();
        all += cohort->cases.size();
        for (const CohortCase& one : cohort->cases)
            patients.insert(one.patient.reveal_phi("counted in a test"));
    }
    EXPECT_EQ(all, 1533U);  // of 2003; the rest has a mean of exactly 3
    EXPECT_EQ(patients.size(), 576U);
    EXPECT_EQ(read_cohort(root / "lidc-crops", "ct-crops/1", {})->cases.size(), 1533U);
    EXPECT_EQ(read_cohort(root / "lidc-crops", "ct-crops/1", "HITACHI").error().code(), ErrorCode::kNotFound);
}

TEST(ResearchCohort, of_reports_has_stage_t_and_n) {
    const auto root = HZ_NEED_DATA(testing::data_folder());
    const auto cohort = read_cohort(root / "pathology-reports", "report-stage/1", {});
    ASSERT_TRUE(cohort) << cohort.error().to_string();
    EXPECT_EQ(cohort->cases.size() + cohort->left_out, 756U);
    const auto mark = [n = std::make_shared<int>(0)](std::string_view, std::string_view) {
        learning::Mark made{};
        ++*n;
        std::memcpy(made.data(), n.get(), sizeof *n);
        return made;
    };
    const auto counts = learning::count_cases(marked(*cohort, mark), 3);
    EXPECT_EQ(counts.known, (std::vector<std::size_t>{754, 754, 743}));
    EXPECT_EQ(counts.positives, (std::vector<std::size_t>{149, 529, 256}));
    EXPECT_EQ(read_cohort(root / "pathology-reports", "report-stage/1", "Asterand")->cases.size(), 72U);
}

}  // namespace
}  // namespace huizhen::node
