#pragma once

// Text for people that a machine passes on, wherever it came from.

#include <string>
#include <string_view>

namespace huizhen::rounds {

// Without control characters, and at most kMaxTextBytes long, cut between two characters of UTF-8. Doing it
// twice changes nothing: what a journal or a peer gives back is what was said first.
std::string reason_text(std::string_view text);

}  // namespace huizhen::rounds
