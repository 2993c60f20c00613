#include <huizhen/node/diagnosis/pictures.h>
#include <huizhen/test_support/data.h>

#include "example.h"

namespace huizhen::node {
namespace {

imaging::Volume small_chest() {
    imaging::Geometry geometry;
    geometry.origin_mm = {-120, 80, -570};
    geometry.spacing_mm = {2, 2, 2};
    return imaging::Volume({60, 50, 50}, geometry, -800);
}

TEST(Pictures, one_for_each_finding_and_a_sheet) {
    const testing::TemporaryFolder folder;
    Diagnosis d = testing_example::example_diagnosis();
    d.findings.push_back(testing_example::example_finding(2));
    Executor executor(2);
    ASSERT_TRUE(write_pictures(small_chest(), {{}, {}}, folder.path(), executor, silent_progress(), {}, d));
    EXPECT_EQ(d.findings[0].picture, "finding-1.png");
    EXPECT_EQ(d.findings[1].picture, "finding-2.png");
    EXPECT_EQ(d.contact_sheet, "contact-sheet.png");
    for (const char* name : {"finding-1.png", "finding-2.png", "contact-sheet.png"}) {
        EXPECT_GT(std::filesystem::file_size(folder.path() / name), 1000U) << name;
    }
}

TEST(Pictures, nothing_found_still_gives_the_sheet) {
    const testing::TemporaryFolder folder;
    Diagnosis d = testing_example::example_diagnosis();
    d.findings.clear();
    Executor executor(1);
    ASSERT_TRUE(write_pictures(small_chest(), {}, folder.path(), executor, silent_progress(), {}, d));
    EXPECT_TRUE(std::filesystem::exists(folder.path() / "contact-sheet.png"));
}

TEST(Pictures, stop_and_a_lost_folder_are_told) {
    Diagnosis d = testing_example::example_diagnosis();
    Executor executor(1);
    std::stop_source stop;
    stop.request_stop();
    const testing::TemporaryFolder folder;
    const Status stopped =
        write_pictures(small_chest(), {{}}, folder.path(), executor, silent_progress(), stop.get_token(), d);
    ASSERT_FALSE(stopped);
    EXPECT_EQ(stopped.error().code(), ErrorCode::kCancelled);
    EXPECT_FALSE(
        write_pictures(small_chest(), {{}}, folder.path() / "absent", executor, silent_progress(), {}, d));
}

}  // namespace
}  // namespace huizhen::node
