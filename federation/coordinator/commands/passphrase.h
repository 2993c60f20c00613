#pragma once

#include <string>

#include <huizhen/base/result.h>
#include <huizhen/identity/secret_text.h>

namespace huizhen::coordinator {

// From a file's first line, or typed at the terminal without being shown; `twice` asks again. A passphrase
// never stands on a command line.
Result<identity::SecretText> read_passphrase(const std::string& file, bool twice);

}  // namespace huizhen::coordinator
