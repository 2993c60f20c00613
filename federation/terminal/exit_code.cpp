#include <huizhen/terminal/exit_code.h>

namespace huizhen {

ExitCode exit_code_of_input(const Error& error) {
    switch (error.code()) {
        case ErrorCode::kNotFound:
        case ErrorCode::kMalformedInput:
        case ErrorCode::kUnsupported:
        case ErrorCode::kLimitExceeded:
        case ErrorCode::kUntrustworthyInput: return ExitCode::kInputRefused;
        default: return exit_code_of(error);
    }
}

ExitCode exit_code_of(const Error& error) {
    switch (error.code()) {
        case ErrorCode::kInvalidArgument: return ExitCode::kUsage;
        case ErrorCode::kMalformedInput:
        case ErrorCode::kUnsupported:
        case ErrorCode::kUntrustworthyInput: return ExitCode::kInputRefused;
        case ErrorCode::kNotFound:
        case ErrorCode::kPermissionDenied:
        case ErrorCode::kIo:
        case ErrorCode::kLimitExceeded:
        case ErrorCode::kOutOfMemory:
        case ErrorCode::kIntegrity:
        case ErrorCode::kUnavailable: return ExitCode::kEnvironment;
        case ErrorCode::kCancelled: return ExitCode::kCancelled;
        case ErrorCode::kInternal: return ExitCode::kInternal;
    }
    return ExitCode::kInternal;
}

const char* exit_codes_help() {
    return "Exit codes: 0 done; 2 the command line is off; 3 the input was refused, with the reason;\n"
           "4 the machine is in the way (disk full, no permission, no model); 70 a fault of this program;\n"
           "130 stopped by Ctrl-C or SIGTERM, nothing left half done.";
}

}  // namespace huizhen
