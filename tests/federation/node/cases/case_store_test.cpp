#include <huizhen/node/cases/case_store.h>
#include <huizhen/node/cases/site_keys.h>

#include "own_folder.h"

namespace huizhen::node {
namespace {

class CaseStoreTest : public OwnFolder {
  protected:
    void SetUp() override { write("cases.csv", kReports); }

    Result<ImportCounts> import(ImportMode mode = ImportMode::kAdd) {
        const auto cohort = read("report-stage/1");
        EXPECT_TRUE(cohort) << cohort.error().to_string();
        return store_.import(*cohort, mode);
    }
    std::string file() {
        const auto bytes = read_file(store_.file_of("report-stage/1"), 1 << 20);
        EXPECT_TRUE(bytes);
        return {reinterpret_cast<const char*>(bytes->data()), bytes->size()};
    }

    testing::TemporaryFolder state_;
    vault::KeyRing ring_ = *open_site_keys(state_.path(), system_random());
    CaseStore store_{state_.path(), ring_, system_random()};
};

TEST_F(CaseStoreTest, gives_back_what_was_imported) {
    const auto counts = import();
    ASSERT_TRUE(counts) << counts.error().to_string();
    EXPECT_EQ(counts->added, 3U);
    EXPECT_EQ(counts->now.cases, 3U);
    EXPECT_EQ(counts->now.patients, 2U);
    const auto set = store_.load("report-stage/1");
    ASSERT_TRUE(set) << set.error().to_string();
    ASSERT_EQ(set->cases.size(), 3U);
    EXPECT_EQ(set->task, "report-stage/1");
    EXPECT_THAT(std::count_if(set->cases.begin(), set->cases.end(),
                              [](const auto& one) { return one.text == "clear margins"; }),
                1);
}

TEST_F(CaseStoreTest, makes_one_of_the_same_import_twice) {
    ASSERT_TRUE(import());
    const std::string before = file();
    for (const ImportMode mode : {ImportMode::kAdd, ImportMode::kReplace}) {
        const auto again = import(mode);
        ASSERT_TRUE(again);
        EXPECT_EQ(again->added + again->changed + again->removed, 0U);
        EXPECT_EQ(again->unchanged, 3U);
        EXPECT_EQ(file(), before);  // sealed anew it would differ
    }
}

TEST_F(CaseStoreTest, takes_a_corrected_label_and_adds_to_what_is_there) {
    ASSERT_TRUE(import());
    write("cases.csv",
          "patient,case,late_stage,t2_or_more,nodes_involved,text\n"
          "Li Wei,r2,1,1,0,clear margins\nZhao Lei,r9,1,1,1,another\n");
    const auto counts = import();
    ASSERT_TRUE(counts);
    EXPECT_EQ(counts->added, 1U);
    EXPECT_EQ(counts->changed, 1U);
    EXPECT_EQ(counts->now.cases, 4U);
    EXPECT_EQ(counts->now.patients, 3U);
    EXPECT_EQ(counts->now.positives[0], 3U);
    const auto replaced = import(ImportMode::kReplace);
    ASSERT_TRUE(replaced);
    EXPECT_EQ(replaced->removed, 2U);
    EXPECT_EQ(store_.load("report-stage/1")->cases.size(), 2U);
}

TEST_F(CaseStoreTest, keeps_no_name_and_no_text_in_the_open) {
    ASSERT_TRUE(import());
    for (const char* word : {"Li Wei", "Chen", "margins", "r1", "HZCASES"}) {
        EXPECT_THAT(file(), ::testing::Not(::testing::HasSubstr(word)));
    }
    const auto set = store_.load("report-stage/1");
    ASSERT_TRUE(set);
    const auto plain = encode(*set);
    const std::string within(plain->begin(), plain->end());
    EXPECT_THAT(within, ::testing::HasSubstr("margins"));
    EXPECT_THAT(within, ::testing::Not(::testing::HasSubstr("Li Wei")));
}

// Whoever has the marks of two hospitals cannot tell that they treat the same patient.
TEST_F(CaseStoreTest, marks_a_patient_otherwise_at_another_hospital) {
    ASSERT_TRUE(import());
    testing::TemporaryFolder elsewhere;
    const vault::KeyRing other = *open_site_keys(elsewhere.path(), system_random());
    CaseStore theirs(elsewhere.path(), other, system_random());
    ASSERT_TRUE(theirs.import(*read("report-stage/1"), ImportMode::kAdd));
    const auto mine = store_.load("report-stage/1"), others = theirs.load("report-stage/1");
    ASSERT_TRUE(mine && others);
    for (const auto& one : mine->cases) {
        for (const auto& other_one : others->cases) EXPECT_NE(one.patient, other_one.patient);
    }
}

TEST_F(CaseStoreTest, refuses_what_was_damaged_renamed_or_sealed_elsewhere) {
    ASSERT_TRUE(import());
    std::filesystem::copy_file(store_.file_of("report-stage/1"), store_.file_of("ct-crops/1"));
    EXPECT_EQ(store_.load("ct-crops/1").error().code(), ErrorCode::kIntegrity);
    const auto stranger = vault::KeyRing::generate(system_random());
    EXPECT_EQ(CaseStore(state_.path(), stranger, system_random()).load("report-stage/1").error().code(),
              ErrorCode::kPermissionDenied);
    std::string bytes = file();
    bytes[bytes.size() / 2] = static_cast<char>(~bytes[bytes.size() / 2]);
    ASSERT_TRUE(write_file_atomically(store_.file_of("report-stage/1"), bytes));
    EXPECT_EQ(store_.load("report-stage/1").error().code(), ErrorCode::kIntegrity);
    EXPECT_FALSE(import());  // nothing is written over what cannot be read
    EXPECT_EQ(file(), bytes);
}

TEST_F(CaseStoreTest, without_an_import_says_what_to_do) {
    const auto nothing = store_.load("ct-crops/1");
    EXPECT_EQ(nothing.error().code(), ErrorCode::kNotFound);
    EXPECT_THAT(nothing.error().message(), ::testing::HasSubstr("huizhen-node import"));
    EXPECT_EQ(store_.load("../../etc/passwd").error().code(), ErrorCode::kUnsupported);
}

TEST_F(CaseStoreTest, refuses_an_import_of_nothing) {
    write("cases.csv", "patient,case,late_stage,t2_or_more,nodes_involved,text\na,b,,,,x\n");
    EXPECT_EQ(import().error().code(), ErrorCode::kInvalidArgument);
    EXPECT_FALSE(std::filesystem::exists(store_.file_of("report-stage/1")));
}

}  // namespace
}  // namespace huizhen::node
