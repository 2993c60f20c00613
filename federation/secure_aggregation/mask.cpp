#include <bit>

#include <huizhen/base/check.h>
#include <huizhen/secure_aggregation/mask.h>

#include "key_stream.h"

namespace huizhen::secagg {

namespace {

static_assert(std::endian::native == std::endian::little, "key stream bytes are read as little-endian words");

// The stream buffer and the zeros it is made from stay in the first-level cache; a part of the vector stays
// in the second while every mask passes over it.
constexpr std::size_t kStreamWords = 2048;
constexpr std::size_t kPartWords = 32 * kStreamWords;

struct StreamBuffer {
    alignas(64) std::array<std::uint32_t, kStreamWords> words;
    ~StreamBuffer() { wipe({reinterpret_cast<std::uint8_t*>(words.data()), sizeof(words)}); }
};
alignas(64) constexpr std::array<std::uint8_t, 4 * kStreamWords> kZeros{};

void apply(KeyStream& stream, StreamBuffer& buffer, MaskSign sign, std::span<std::uint32_t> words) {
    while (!words.empty()) {
        const std::size_t count = std::min(words.size(), kStreamWords);
        stream.next(kZeros.data(), {reinterpret_cast<std::uint8_t*>(buffer.words.data()), 4 * count});
        const std::uint32_t* mask = buffer.words.data();
        std::uint32_t* out = words.data();
        if (sign == MaskSign::kAdd) {
            for (std::size_t i = 0; i < count; ++i) out[i] += mask[i];
        } else {
            for (std::size_t i = 0; i < count; ++i) out[i] -= mask[i];
        }
        words = words.subspan(count);
    }
}

}  // namespace

void apply_masks(std::span<const Mask> masks, std::uint64_t first_word, std::span<std::uint32_t> words) {
    HZ_CHECK(first_word % kMaskAlignment == 0, "a mask starts at an AES block");
    KeyStream stream;
    StreamBuffer buffer;
    while (!words.empty()) {
        const auto part = words.first(std::min(words.size(), kPartWords));
        for (const Mask& mask : masks) {
            stream.start(mask.seed, first_word / kMaskAlignment);
            apply(stream, buffer, mask.sign, part);
        }
        first_word += part.size();
        words = words.subspan(part.size());
    }
}

void apply_masks(std::span<const Mask> masks, std::span<std::uint32_t> words, Executor& executor) {
    const std::size_t parts = (words.size() + kPartWords - 1) / kPartWords;
    executor.parallel_for(parts, 1, [&](std::size_t begin, std::size_t end) {
        const std::size_t first = begin * kPartWords, last = std::min(end * kPartWords, words.size());
        apply_masks(masks, first, words.subspan(first, last - first));
    });
}

}  // namespace huizhen::secagg
