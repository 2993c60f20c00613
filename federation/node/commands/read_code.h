#pragma once

// A secret line from standard input: asked for on a terminal, without showing it; else the first line that
// comes.

#include <huizhen/base/result.h>
#include <huizhen/identity/secret_text.h>

namespace huizhen::node {

inline constexpr std::size_t kMaxCodeBytes = 4096;

// kCancelled: there was none.
Result<identity::SecretText> read_code(std::string_view prompt);

}  // namespace huizhen::node
