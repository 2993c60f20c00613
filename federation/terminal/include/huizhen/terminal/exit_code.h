#pragma once

// What the programs return to a shell; documented in every --help. Stable.

#include <huizhen/base/error.h>

namespace huizhen {

enum class ExitCode : int {
    kOk = 0,
    kUsage = 2,         // the command line is off
    kInputRefused = 3,  // the input cannot be read, or not be trusted
    kEnvironment = 4,   // disk full, no permission, no model, a damaged installation
    kInternal = 70,     // a bug of ours
    kCancelled = 130,   // Ctrl-C or SIGTERM; nothing is left half done
};

// Of an error met while reading what the person gave.
ExitCode exit_code_of_input(const Error& error);

// Of an error met anywhere else: models, output, devices.
ExitCode exit_code_of(const Error& error);

// The paragraph for --help.
const char* exit_codes_help();

}  // namespace huizhen
