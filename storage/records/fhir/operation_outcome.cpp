#include <nlohmann/json.hpp>

#include <huizhen/fhir/operation_outcome.h>

namespace huizhen::fhir {
namespace {

using Json = nlohmann::json;

Json issue(const char* severity, const char* code, const std::string& text) {
    return {{"severity", severity}, {"code", code}, {"diagnostics", text}};
}

std::string outcome(Json issues) {
    return Json{{"resourceType", "OperationOutcome"}, {"issue", std::move(issues)}}.dump(
        -1, ' ', false, Json::error_handler_t::replace);
}

std::string_view word_of(const Error& error) {
    return std::string_view(error.message()).substr(0, error.message().find(':'));
}

// The codes of http://hl7.org/fhir/issue-type.
const char* issue_code(const Error& error) {
    const std::string_view word = word_of(error);
    if (word == "no-patient-id") return "required";
    if (word == "unresolved-reference") return "not-found";
    if (word == "too-large") return "too-long";
    switch (error.code()) {
        case ErrorCode::kMalformedInput:
            return word == "not-json" || word == "not-fhir" ? "structure" : "invalid";
        case ErrorCode::kUnsupported: return "not-supported";
        case ErrorCode::kLimitExceeded: return word == "overloaded" ? "throttled" : "too-costly";
        case ErrorCode::kPermissionDenied: return "forbidden";
        case ErrorCode::kNotFound: return "not-found";
        case ErrorCode::kUnavailable: return "transient";
        default: return "exception";
    }
}

}  // namespace

std::string operation_outcome(const Error& error) {
    return outcome(Json::array({issue("error", issue_code(error), error.message())}));
}

std::string operation_outcome(std::span<const std::string> warnings) {
    Json issues = Json::array();
    for (const std::string& warning : warnings) issues.push_back(issue("warning", "informational", warning));
    if (issues.empty()) issues.push_back(issue("information", "informational", "all ok"));
    return outcome(std::move(issues));
}

int http_status(const Error& error) {
    const std::string_view word = word_of(error);
    if (word == "too-large") return 413;
    if (word == "overloaded") return 503;
    switch (error.code()) {
        case ErrorCode::kMalformedInput: return word == "not-json" || word == "not-fhir" ? 400 : 422;
        case ErrorCode::kUnsupported: return word == "fhir-xml" ? 415 : 422;
        case ErrorCode::kLimitExceeded: return 422;
        case ErrorCode::kPermissionDenied: return 403;
        case ErrorCode::kUnavailable: return 503;
        default: return 500;
    }
}

}  // namespace huizhen::fhir
