#include "stored_values.h"

#include <huizhen/volume/volume.h>

namespace huizhen::imaging {
namespace {

PixelLayout layout_of(int columns, int bits_allocated, int bits_stored, bool is_signed) {
    PixelLayout layout;
    layout.rows = 1;
    layout.columns = columns;
    layout.bits_allocated = bits_allocated;
    layout.bits_stored = bits_stored;
    layout.high_bit = bits_stored - 1;
    layout.is_signed = is_signed;
    return layout;
}

std::vector<std::byte> words(std::initializer_list<std::uint16_t> values, bool big_endian = false) {
    std::vector<std::byte> bytes;
    for (std::uint16_t v : values) {
        const auto low = static_cast<std::byte>(v & 0xFF), high = static_cast<std::byte>(v >> 8);
        bytes.push_back(big_endian ? high : low);
        bytes.push_back(big_endian ? low : high);
    }
    return bytes;
}

std::vector<std::int32_t> unpack(const PixelLayout& layout, const std::vector<std::byte>& bytes) {
    std::vector<std::int32_t> out(layout.samples());
    unpack_stored(layout, bytes, out);
    return out;
}

TEST(StoredValues, extends_signs_and_drops_bits_above_the_stored_ones) {
    EXPECT_EQ(unpack(layout_of(3, 16, 16, true), words({0xFFFF, 0x8000, 1})),
              (std::vector<std::int32_t>{-1, -32768, 1}));
    EXPECT_EQ(unpack(layout_of(3, 16, 16, false), words({0xFFFF, 0x8000, 1})),
              (std::vector<std::int32_t>{65535, 32768, 1}));
    // Overlays used to live in the upper four bits.
    EXPECT_EQ(unpack(layout_of(2, 16, 12, true), words({0xF800, 0xF7FF})),
              (std::vector<std::int32_t>{-2048, 2047}));
    EXPECT_EQ(unpack(layout_of(2, 16, 12, false), words({0xF800, 0x1FFF})),
              (std::vector<std::int32_t>{2048, 4095}));
}

TEST(StoredValues, shifts_where_the_high_bit_is_not_the_last_stored) {
    PixelLayout layout = layout_of(2, 16, 12, false);
    layout.high_bit = 15;
    EXPECT_EQ(unpack(layout, words({0x7FF0, 0x001F})), (std::vector<std::int32_t>{0x7FF, 1}));
}

TEST(StoredValues, reads_big_endian_words_and_bytes_swapped_in_pairs) {
    PixelLayout layout = layout_of(2, 16, 16, true);
    layout.big_endian = true;
    EXPECT_EQ(unpack(layout, words({0x0102, 0xFFFE}, true)), (std::vector<std::int32_t>{0x102, -2}));
    PixelLayout bytes = layout_of(2, 8, 8, false);
    bytes.big_endian = bytes.word_swapped_bytes = true;
    EXPECT_EQ(unpack(bytes, {std::byte{2}, std::byte{1}}), (std::vector<std::int32_t>{1, 2}));
}

std::vector<std::int16_t> hounsfield(const PixelLayout& layout, Rescale rescale,
                                     const std::vector<std::byte>& bytes,
                                     HounsfieldCounts* counts = nullptr) {
    std::vector<std::int16_t> out(layout.samples());
    const auto found = to_hounsfield(layout, rescale, bytes, out);
    if (counts != nullptr) *counts = found;
    return out;
}

TEST(Hounsfield, saturates_and_raises_what_lies_below_air) {
    HounsfieldCounts counts;
    EXPECT_EQ(hounsfield(layout_of(4, 16, 16, false), {1, -1024}, words({0, 1024, 65535, 33791}), &counts),
              (std::vector<std::int16_t>{-1024, 0, 32767, 32767}));
    EXPECT_EQ(counts.below_air, 0U);
    EXPECT_EQ(hounsfield(layout_of(2, 16, 16, true), {1, 0}, words({0xF448, 0xFC00}), &counts),
              (std::vector<std::int16_t>{kOutsideHu, -1024}));
    EXPECT_EQ(counts.below_air, 1U);
}

TEST(Hounsfield, applies_slopes_that_are_not_whole) {
    EXPECT_EQ(hounsfield(layout_of(3, 16, 12, false), {0.5, -1000.25}, words({3, 4, 4000})),
              (std::vector<std::int16_t>{-999, -998, 1000}));
    EXPECT_EQ(hounsfield(layout_of(1, 16, 16, true), {-2, 10}, words({5})), (std::vector<std::int16_t>{0}));
}

TEST(Hounsfield, sets_a_range_of_padding_to_air) {
    PixelLayout layout = layout_of(4, 16, 16, true);
    layout.padding_low = -2000;
    layout.padding_high = -1990;
    HounsfieldCounts counts;
    EXPECT_EQ(hounsfield(layout, {1, 2500}, words({0xF830, 0xF83A, 0xF83B, 7}), &counts),
              (std::vector<std::int16_t>{kOutsideHu, kOutsideHu, 511, 2507}));
    EXPECT_EQ(counts.padding, 2U);
    EXPECT_EQ(counts.below_air, 0U);
}

}  // namespace
}  // namespace huizhen::imaging
