// huizhen-node import, as a hospital's technician meets it.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <huizhen/base/file.h>
#include <huizhen/test_support/data.h>

#include "process.h"

namespace huizhen::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class Import : public ::testing::Test {
  protected:
    void SetUp() override {
        write(
            "patient,case,late_stage,t2_or_more,nodes_involved,text\n"
            "Li Wei,r1,1,1,,mass of 52 mm\nLi Wei,r2,0,0,0,no tumour\n");
    }
    void write(std::string_view table) {
        std::filesystem::create_directories(root_.path() / "from");
        ASSERT_TRUE(write_file_atomically(root_.path() / "from" / "cases.csv", table));
    }
    Ran import(std::vector<std::string> more = {}, const RunOptions& options = {}) {
        std::vector<std::string> arguments{
            "import",  "--task",        "report-stage/1", "--from", (root_.path() / "from").string(),
            "--state", state().string()};
        arguments.insert(arguments.end(), more.begin(), more.end());
        return run_node(arguments, options);
    }
    std::filesystem::path state() const { return root_.path() / "state"; }

    TemporaryFolder root_;
};

TEST_F(Import, says_what_it_took_and_the_second_time_that_it_was_there) {
    const Ran first = import();
    EXPECT_EQ(first.code, 0) << first.err;
    EXPECT_THAT(first.out, HasSubstr("added 2, changed 0, already here 0"));
    EXPECT_THAT(first.out, HasSubstr("late_stage: 1 of 2 positive"));
    EXPECT_THAT(first.err, HasSubstr("reading the cohort"));
    EXPECT_THAT(import().out, HasSubstr("added 0, changed 0, already here 2"));
    const Ran json = import({"--json", "--quiet"});
    EXPECT_THAT(json.err, IsEmpty());
    const auto counts = nlohmann::json::parse(json.out);
    EXPECT_EQ(counts["unchanged"], 2);
    EXPECT_EQ(counts["patients"], 1);
    EXPECT_EQ(counts["heads"]["nodes_involved"]["known"], 1);
}

TEST_F(Import, refuses_a_bad_table_without_naming_a_patient) {
    write("patient,case,late_stage,t2_or_more,nodes_involved,text\nLi Wei,r1,maybe,1,,x\n");
    const Ran ran = import();
    EXPECT_EQ(ran.code, 3);
    EXPECT_THAT(ran.err, HasSubstr("cases.csv: row 1: column late_stage is not 0, 1 or empty"));
    EXPECT_THAT(ran.err, Not(HasSubstr("Li Wei")));
    EXPECT_FALSE(std::filesystem::exists(state()));
}

TEST_F(Import, names_the_tasks_and_the_sites_there_are) {
    EXPECT_EQ(run_node({"import", "--task", "no/1", "--from", "/", "--state", state().string()}).code, 2);
    write("patient,case,site,late_stage,t2_or_more,nodes_involved,text\nLi Wei,r1,North,1,1,,x\n");
    const Ran nobody = import({"--hospital", "South"});
    EXPECT_EQ(nobody.code, 3);
    EXPECT_THAT(nobody.err, HasSubstr("\"North\""));
    EXPECT_EQ(import({"--hospital", "North"}).code, 0);
}

TEST_F(Import, on_a_full_disk_leaves_what_was_there) {
    ASSERT_EQ(import().code, 0);
    const auto file = state() / "cases" / "report-stage-1.cases";
    const auto before = *read_file(file, 1 << 20);
    write("patient,case,late_stage,t2_or_more,nodes_involved,text\nZhao Lei,r9,1,1,1,\"" +
          std::string(100'000, 'x') + "\"\n");
    EXPECT_EQ(import({}, {.file_size_limit = 4096}).code, 4);
    EXPECT_EQ(*read_file(file, 1 << 20), before);
    EXPECT_EQ(names_in(state() / "cases"), (std::vector<std::string>{"lock", "report-stage-1.cases"}));
    EXPECT_THAT(import().out, HasSubstr("added 1"));
}

}  // namespace
}  // namespace huizhen::testing
