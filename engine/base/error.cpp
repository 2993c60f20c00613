#include <huizhen/base/error.h>

namespace huizhen {

std::string_view error_code_name(ErrorCode code) {
    switch (code) {
        case ErrorCode::kInvalidArgument: return "invalid-argument";
        case ErrorCode::kNotFound: return "not-found";
        case ErrorCode::kPermissionDenied: return "permission-denied";
        case ErrorCode::kIo: return "io";
        case ErrorCode::kMalformedInput: return "malformed-input";
        case ErrorCode::kUnsupported: return "unsupported";
        case ErrorCode::kLimitExceeded: return "limit-exceeded";
        case ErrorCode::kUntrustworthyInput: return "untrustworthy-input";
        case ErrorCode::kCancelled: return "cancelled";
        case ErrorCode::kOutOfMemory: return "out-of-memory";
        case ErrorCode::kIntegrity: return "integrity";
        case ErrorCode::kUnavailable: return "unavailable";
        case ErrorCode::kInternal: return "internal";
    }
    return "unknown";
}

Error Error::within(std::string_view context) const {
    return Error(code_, std::string(context) + ": " + message_);
}

std::string Error::to_string() const { return std::string(error_code_name(code_)) + ": " + message_; }

}  // namespace huizhen
