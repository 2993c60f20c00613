#include <grpcpp/support/status.h>

#include <huizhen/base/text.h>
#include <huizhen/rpc/refusal.h>
#include <huizhen/rpc/services.h>

namespace huizhen::rpc {

namespace {

constexpr std::size_t kMaxStatusBytes = 1024;

grpc::StatusCode status_code(ErrorCode code) {
    switch (code) {
        case ErrorCode::kInvalidArgument:
        case ErrorCode::kMalformedInput:
        case ErrorCode::kUntrustworthyInput: return grpc::StatusCode::INVALID_ARGUMENT;
        case ErrorCode::kNotFound: return grpc::StatusCode::NOT_FOUND;
        case ErrorCode::kPermissionDenied: return grpc::StatusCode::PERMISSION_DENIED;
        case ErrorCode::kUnsupported: return grpc::StatusCode::FAILED_PRECONDITION;
        case ErrorCode::kLimitExceeded:
        case ErrorCode::kOutOfMemory: return grpc::StatusCode::RESOURCE_EXHAUSTED;
        case ErrorCode::kCancelled: return grpc::StatusCode::CANCELLED;
        case ErrorCode::kIntegrity: return grpc::StatusCode::DATA_LOSS;
        case ErrorCode::kUnavailable: return grpc::StatusCode::UNAVAILABLE;
        case ErrorCode::kIo:
        case ErrorCode::kInternal: return grpc::StatusCode::INTERNAL;
    }
    return grpc::StatusCode::INTERNAL;
}

Error unnamed(const grpc::Status& status, const std::string& text) {
    switch (status.error_code()) {
        case grpc::StatusCode::CANCELLED: return Error(ErrorCode::kCancelled, "the call was ended: " + text);
        case grpc::StatusCode::RESOURCE_EXHAUSTED: return refuse(Refusal::kTooLarge, text).value();
        case grpc::StatusCode::DEADLINE_EXCEEDED:
            return refuse(Refusal::kUnreachable, "no answer in time").value();
        case grpc::StatusCode::UNIMPLEMENTED:
            return Error(ErrorCode::kUnsupported, "the other side does not know this call");
        case grpc::StatusCode::UNAVAILABLE:
        case grpc::StatusCode::UNKNOWN:
        case grpc::StatusCode::INTERNAL: return refuse(Refusal::kUnreachable, text).value();
        default: return Error(ErrorCode::kInternal, text);
    }
}

}  // namespace

grpc::Status to_grpc(const Error& error) {
    return {status_code(error.code()),
            without_controls(error.to_string(), " ", "").substr(0, kMaxStatusBytes)};
}

Error from_grpc(const grpc::Status& status) {
    const std::string text = without_controls(status.error_message().substr(0, kMaxStatusBytes), " ", "");
    for (int code = 1; code <= static_cast<int>(ErrorCode::kInternal); ++code) {
        const std::string prefix = std::string(error_code_name(static_cast<ErrorCode>(code))) + ": ";
        if (text.starts_with(prefix)) return {static_cast<ErrorCode>(code), text.substr(prefix.size())};
    }
    return unnamed(status, text);
}

}  // namespace huizhen::rpc
