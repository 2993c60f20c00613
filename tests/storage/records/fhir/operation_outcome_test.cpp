#include <gtest/gtest.h>

#include <huizhen/fhir/operation_outcome.h>

namespace huizhen::fhir {
namespace {

std::string outcome(const std::string& code, const std::string& diagnostics, const std::string& severity) {
    return R"({"issue":[{"code":")" + code + R"(","diagnostics":")" + diagnostics + R"(","severity":")" +
           severity + R"("}],"resourceType":"OperationOutcome"})";
}

TEST(OperationOutcome, says_what_is_wrong) {
    EXPECT_EQ(operation_outcome(Error(ErrorCode::kMalformedInput, "not-json: a mistake at byte 7")),
              outcome("structure", "not-json: a mistake at byte 7", "error"));
    const std::vector<std::string> warnings{"kept-out: Claim (2)"};
    EXPECT_EQ(operation_outcome(warnings), outcome("informational", "kept-out: Claim (2)", "warning"));
    EXPECT_EQ(operation_outcome(std::span<const std::string>()),
              outcome("informational", "all ok", "information"));
}

TEST(OperationOutcome, has_a_status_of_http) {
    EXPECT_EQ(http_status(Error(ErrorCode::kMalformedInput, "not-json: x")), 400);
    EXPECT_EQ(http_status(Error(ErrorCode::kMalformedInput, "unresolved-reference: x")), 422);
    EXPECT_EQ(http_status(Error(ErrorCode::kUnsupported, "fhir-xml: x")), 415);
    EXPECT_EQ(http_status(Error(ErrorCode::kLimitExceeded, "too-large: x")), 413);
    EXPECT_EQ(http_status(Error(ErrorCode::kLimitExceeded, "overloaded: x")), 503);
    EXPECT_EQ(http_status(Error(ErrorCode::kIo, "disk-full: x")), 500);
}

}  // namespace
}  // namespace huizhen::fhir
