#pragma once

// How a command tells a person that it did not do what was asked.

#include <huizhen/base/result.h>
#include <huizhen/terminal/exit_code.h>

namespace huizhen {

// "<program>: <message>" on standard error; returns `code`.
ExitCode report(const Error& error, ExitCode code);

// Writes to standard output and says so when that fails (a closed pipe, a full disk).
ExitCode print(std::string_view text);

}  // namespace huizhen
