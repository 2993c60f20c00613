// Input that no one should be diagnosed from: a clear message, the exit code for it, and nothing left on
// disk.

#include <huizhen/base/file.h>
#include <huizhen/test_support/data.h>

#include "process.h"
#include "small_phantom.h"

namespace huizhen::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class Refusal : public ::testing::Test {
  protected:
    // The program's answer must name the reason, and leave the folder for results as it was.
    Ran expect_refused(const fs::path& input, int code, const ::testing::Matcher<const std::string&>& reason,
                       const RunOptions& options = {}) {
        fs::create_directories(results_.path() / "home");
        fs::permissions(results_.path() / "home", fs::perms::all);
        const Ran ran = run_node(
            {"diagnose", input.string(), "--out", (results_.path() / "home/new/out").string()}, options);
        EXPECT_EQ(ran.code, code) << ran.err;
        EXPECT_THAT(ran.err, reason);
        EXPECT_THAT(ran.err, HasSubstr("huizhen-node: "));
        EXPECT_THAT(ran.out, IsEmpty());
        EXPECT_THAT(names_in(results_.path() / "home"), IsEmpty());
        return ran;
    }

    const fs::path& folder() const { return input_.path(); }

  private:
    TemporaryFolder input_, results_;
};

TEST_F(Refusal, a_damaged_model_is_not_the_inputs_fault) {
    ASSERT_TRUE(write_file_atomically(folder() / "ct-0.safetensors", "cut short"));
    const Ran ran = run_node({"diagnose", small_phantom().string(), "--models", folder().string()});
    EXPECT_EQ(ran.code, 4) << ran.err;
    EXPECT_THAT(ran.err, HasSubstr("ct-0.safetensors"));
}

TEST_F(Refusal, an_output_folder_without_a_name) {
    const Ran ran = run_node({"diagnose", small_phantom().string(), "--out", ""});
    EXPECT_EQ(ran.code, 2) << ran.err;
    EXPECT_THAT(ran.err, HasSubstr("--out"));
}

TEST_F(Refusal, an_absent_folder) { expect_refused(folder() / "absent", 3, HasSubstr("absent")); }

TEST_F(Refusal, an_empty_folder) { expect_refused(folder(), 3, HasSubstr(folder().filename().string())); }

TEST_F(Refusal, a_folder_of_junk) {
    ASSERT_TRUE(write_file_atomically(folder() / "letter.txt", "Dear colleague"));
    ASSERT_TRUE(write_file_atomically(folder() / "zeros.dcm", std::string(5000, '\0')));
    ASSERT_TRUE(write_file_atomically(folder() / "preamble-only.dcm", std::string(128, '\0') + "DICM"));
    expect_refused(folder(), 3, HasSubstr("DICOM"));
}

TEST_F(Refusal, a_file_name_that_would_drive_the_terminal) {
    copy_slices(small_phantom(), folder(), 0, 20);
    fs::rename(*fs::directory_iterator(folder()), folder() / "\x1b[31m\xc2\x9b.dcm");
    fs::resize_file(folder() / "\x1b[31m\xc2\x9b.dcm", 3000);
    const Ran ran = expect_refused(folder(), 3, HasSubstr("?[31m?.dcm"));
    EXPECT_EQ(ran.err.find('\x1b'), std::string::npos);
}

TEST_F(Refusal, one_slice) {
    copy_slices(small_phantom(), folder(), 50, 51);
    expect_refused(folder(), 3, HasSubstr("slice"));
}

TEST_F(Refusal, an_mr_series) {
    copy_slices(small_phantom(), folder(), 0, 100);
    replace_in_files(folder(), "1.2.840.10008.5.1.4.1.1.2", "1.2.840.10008.5.1.4.1.1.4");
    replace_in_files(folder(),
                     std::string_view("CS\x02\x00"
                                      "CT",
                                      6),
                     std::string_view("CS\x02\x00MR", 6));
    expect_refused(folder(), 3, HasSubstr("MR"));
}

TEST_F(Refusal, two_patients_in_one_series) {
    const TemporaryFolder other;
    write_small_phantom(other.path(), "SYNTHETIC-2");
    copy_slices(small_phantom(), folder(), 0, 50);
    copy_slices(other.path(), folder(), 50, 100);
    expect_refused(folder(), 3, HasSubstr("patient"));
}

TEST_F(Refusal, missing_middle_slices) {
    copy_slices(small_phantom(), folder(), 0, 45);
    copy_slices(small_phantom(), folder(), 52, 100);
    expect_refused(folder(), 3, AnyOf(HasSubstr("missing"), HasSubstr("gap")));
}

TEST_F(Refusal, a_truncated_file_is_named) {
    copy_slices(small_phantom(), folder(), 0, 100);
    const auto last = names_in(folder()).back();
    fs::resize_file(folder() / last, fs::file_size(folder() / last) / 2);
    expect_refused(folder(), 3, HasSubstr(last));
}

TEST_F(Refusal, no_lungs) {
    const TemporaryFolder water;
    copy_slices(small_phantom(), folder(), 0, 100);
    // Every voxel of a file's pixel data becomes water: 1024 stored is 0 HU.
    for (const std::string& name : names_in(folder())) {
        const auto bytes = read_file(folder() / name, std::size_t{16} << 20).value();
        std::string text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
        for (std::size_t i = text.size() - 256 * 256 * 2; i < text.size(); i += 2)
            text[i] = 0, text[i + 1] = 4;
        ASSERT_TRUE(write_file_atomically(folder() / name, text));
    }
    expect_refused(folder(), 3, HasSubstr("lung"));
}

TEST_F(Refusal, a_file_without_permission) {
    copy_slices(small_phantom(), folder(), 0, 100);
    for (const std::string& name : names_in(folder())) fs::permissions(folder() / name, fs::perms::none);
    fs::permissions(folder(), fs::perms::owner_all | fs::perms::others_read | fs::perms::others_exec);
    expect_refused(folder(), 4, HasSubstr("ermission"), {.as_nobody = true});
}

TEST_F(Refusal, a_folder_behind_one_that_may_not_be_entered) {
    copy_slices(small_phantom(), folder() / "closed/ct", 0, 20);
    fs::permissions(folder(), fs::perms(0755));
    fs::permissions(folder() / "closed", fs::perms::none);
    expect_refused(folder() / "closed/ct", 4, HasSubstr("ermission"), {.as_nobody = true});
    fs::permissions(folder() / "closed", fs::perms::owner_all);
}

TEST_F(Refusal, a_report_that_is_no_text_and_records_that_are_no_bundle) {
    ASSERT_TRUE(write_file_atomically(folder() / "report.txt", "\xD3\xD2\xB7\xCE"));
    const std::string scan = small_phantom().string();
    Ran ran = run_node({"diagnose", scan, "--text", (folder() / "report.txt").string()});
    EXPECT_EQ(ran.code, 3);
    EXPECT_THAT(ran.err, HasSubstr("UTF-8"));
    ran = run_node({"diagnose", scan, "--emr", (folder() / "report.txt").string()});
    EXPECT_EQ(ran.code, 3);
    EXPECT_THAT(ran.err, HasSubstr("report.txt: not JSON"));
}

}  // namespace
}  // namespace huizhen::testing
