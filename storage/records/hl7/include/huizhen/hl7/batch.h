#pragma once

// Files of messages: the batch protocol's FHS, BHS, BTS and FTS around them, or one after the other with
// nothing between.

#include <string_view>
#include <vector>

namespace huizhen::hl7 {

inline constexpr std::size_t kMaxBatchMessages = 100'000;

// Views into `bytes`, each for parse(); empty where there is no MSH segment. In double-byte character sets a
// line's end is no second byte, so that this needs no decoding. What stands before the first message is left
// out, and so are the batch's own segments.
std::vector<std::string_view> split_batch(std::string_view bytes);

}  // namespace huizhen::hl7
