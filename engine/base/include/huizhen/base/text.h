#pragma once

// Text that strangers wrote: headers, file names, messages of peers.

#include <string>
#include <string_view>

namespace huizhen {

// UTF-8 with each control character (C0, DEL, and C1) but those in `kept` replaced: others could steer the
// terminal that shows them.
std::string without_controls(std::string_view text, std::string_view replacement, std::string_view kept);

}  // namespace huizhen
