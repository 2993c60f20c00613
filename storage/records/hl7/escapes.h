#pragma once

// Chapter 2.7 of the standard: \F\ \S\ \T\ \R\ \E\ \P\ \Xdd..\ \.br\ and the other formatting commands.

#include <string>
#include <string_view>

#include <huizhen/hl7/delimiters.h>
#include <huizhen/record_text/character_set.h>

namespace huizhen::hl7 {

// What is no escape that the standard knows stays as it was written: a path of Windows, a \Z..\ of the
// sender's own.
std::string resolve_escapes(std::string_view raw, const Delimiters& delimiters,
                            const records::CharacterSet& set);

std::string escape(std::string_view text, const Delimiters& delimiters);

}  // namespace huizhen::hl7
