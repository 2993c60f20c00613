#pragma once

// A 32-byte seed, expanded by AES-256-CTR into words that are added to (or taken from) a vector mod 2^32.
// Word i is bytes 4i..4i+3 of the key stream from counter zero, little-endian, so that any part of a vector
// can be masked by itself. Memory: one fixed buffer, whatever the length. Any thread, on words of its own.

#include <cstddef>

#include <huizhen/base/executor.h>
#include <huizhen/secure_aggregation/key_agreement.h>

namespace huizhen::secagg {

enum class MaskSign { kAdd, kSubtract };

struct Mask {
    Secret32 seed;
    MaskSign sign = MaskSign::kAdd;
};

inline constexpr std::size_t kMaskAlignment = 4;  // words in one AES block

// Applies the words [first_word, first_word + words.size()) of every mask to `words`. The vector is walked
// once, in parts that stay in cache while all masks pass over them. `first_word`: multiple of kMaskAlignment.
void apply_masks(std::span<const Mask> masks, std::uint64_t first_word, std::span<std::uint32_t> words);

// The same over a whole vector, its parts spread over the executor's threads.
void apply_masks(std::span<const Mask> masks, std::span<std::uint32_t> words, Executor& executor);

}  // namespace huizhen::secagg
