#pragma once

// Descriptions that people typed (PS3.15 E.3.6): kept are words that a scanner's menu would hold, nothing
// else.

#include <string>
#include <string_view>

namespace huizhen::imaging {

// The words of descriptor_words.txt, and numbers of up to three digits that stand alone ("1.25", "5mm"; of
// "123 456" or "02-01-60" nothing), parted by blanks; empty where none is left. Bytes beyond ASCII part
// words.
std::string harmless_words(std::string_view text);

}  // namespace huizhen::imaging
