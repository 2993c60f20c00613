#include <huizhen/base/file.h>
#include <huizhen/node/diagnosis/other_inputs.h>
#include <huizhen/test_support/data.h>

namespace huizhen::node {
namespace {

class OtherInputs : public ::testing::Test {
  protected:
    std::filesystem::path file(std::string_view content) {
        const auto path = folder_.path() / "given";
        EXPECT_TRUE(write_file_atomically(path, content));
        return path;
    }
    void expect_refused(const Result<UnusedInput>& result, ErrorCode code) {
        ASSERT_FALSE(result);
        EXPECT_EQ(result.error().code(), code) << result.error().message();
    }
    testing::TemporaryFolder folder_;
};

TEST_F(OtherInputs, takes_text_in_any_language) {
    const auto text = check_text(file("右肺上叶结节, solid nodule \xF0\x9F\xAB\x81"));
    ASSERT_TRUE(text);
    EXPECT_EQ(text->kind, "text");
    EXPECT_EQ(text->sha256.size(), 64U);
}

TEST_F(OtherInputs, refuses_what_is_no_text) {
    for (const std::string_view bad :
         {std::string_view(""), std::string_view(" \n\t"), std::string_view("\xD3\xD2\xB7\xCE"),  // GBK
          std::string_view("a\0b", 3), std::string_view("\xC0\xAF"), std::string_view("\xED\xA0\x80"),
          std::string_view("\xF4\x90\x80\x80"), std::string_view("cut \xE5\x8F")}) {
        expect_refused(check_text(file(bad)), ErrorCode::kMalformedInput);
    }
    expect_refused(check_text(folder_.path() / "absent"), ErrorCode::kNotFound);
    expect_refused(check_text(file(std::string(kMaxTextBytes + 1, 'x'))), ErrorCode::kLimitExceeded);
}

TEST_F(OtherInputs, takes_a_fhir_bundle) {
    const auto bundle = check_emr_bundle(
        file(R"({"resourceType": "Bundle", "type": "collection", "entry": [{"resource": {}}]})"));
    ASSERT_TRUE(bundle);
    EXPECT_EQ(bundle->kind, "emr");
    EXPECT_TRUE(check_emr_bundle(file(R"({"resourceType": "Bundle"})")));
}

TEST_F(OtherInputs, refuses_what_is_no_bundle) {
    for (const std::string_view bad :
         {R"({"resourceType": "Patient"})", R"([1, 2])", "{", "", R"({"resourceType": "Bundle", "entry": 3})",
          R"({"resourceType": "Bundle", "entry": [3]})", R"({"resourceType": 7})"}) {
        expect_refused(check_emr_bundle(file(bad)), ErrorCode::kMalformedInput);
    }
    expect_refused(check_emr_bundle(folder_.path() / "absent"), ErrorCode::kNotFound);
}

TEST_F(OtherInputs, refuses_nesting_without_end) {
    expect_refused(check_emr_bundle(file(std::string(100'000, '['))), ErrorCode::kLimitExceeded);
}

}  // namespace
}  // namespace huizhen::node
