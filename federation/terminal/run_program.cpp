#include <csignal>
#include <exception>
#include <new>

#include <huizhen/terminal/report.h>
#include <huizhen/terminal/run_program.h>

namespace huizhen {

int run_program(const std::function<ExitCode()>& program) {
    std::signal(SIGXFSZ, SIG_IGN);
    std::signal(SIGPIPE, SIG_IGN);
    ExitCode code = ExitCode::kInternal;
    try {
        code = program();
    } catch (const std::bad_alloc&) {
        code = report(Error(ErrorCode::kOutOfMemory, "not enough memory"), ExitCode::kEnvironment);
    } catch (const std::exception& error) {
        code = report(Error(ErrorCode::kInternal, error.what()), ExitCode::kInternal);
    }
    return static_cast<int>(code);
}

}  // namespace huizhen
