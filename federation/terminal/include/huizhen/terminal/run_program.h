#pragma once

// The outermost frame of every program.

#include <functional>

#include <huizhen/terminal/exit_code.h>

namespace huizhen {

// What main() returns. An exception that nobody caught is reported, and a file-size limit or a reader of the
// output who goes away gives errors to report instead of ending the program: what is half made must still be
// taken back.
int run_program(const std::function<ExitCode()>& program);

}  // namespace huizhen
