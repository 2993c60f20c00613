#include <cerrno>
#include <iostream>

#include <huizhen/base/text.h>
#include <huizhen/terminal/report.h>

namespace huizhen {
namespace {

// File names and DICOM headers are written by strangers.
std::string printable(std::string_view text) { return without_controls(text, "?", "\n"); }

}  // namespace

ExitCode report(const Error& error, ExitCode code) {
    std::cerr << program_invocation_short_name << ": " << printable(error.message()) << '\n';
    if (code == ExitCode::kInputRefused)
        std::cerr << "Refused (" << error_code_name(error.code()) << "); nothing was written.\n";
    if (code == ExitCode::kInternal) std::cerr << "This is a fault of the program; please report it.\n";
    return code;
}

ExitCode print(std::string_view text) {
    std::cout << printable(text) << std::flush;
    if (std::cout) return ExitCode::kOk;
    return report(Error(ErrorCode::kIo, "standard output cannot be written"), ExitCode::kEnvironment);
}

}  // namespace huizhen
