#include "stored_values.h"

#include <cstring>

#include <huizhen/base/check.h>
#include <huizhen/volume/volume.h>

namespace huizhen::imaging {
namespace {

// Shifts that move the stored bits to the top of 32 and back: masks what lies above, extends the sign.
struct BitField {
    int left = 0, right = 0;
};

BitField bit_field(const PixelLayout& layout) { return {31 - layout.high_bit, 32 - layout.bits_stored}; }

template <bool kSigned>
std::int32_t extract(std::uint32_t raw, BitField field) {
    const std::uint32_t top = raw << field.left;
    if constexpr (kSigned) return static_cast<std::int32_t>(top) >> field.right;
    return static_cast<std::int32_t>(top >> field.right);
}

// Calls use(i, value) for every sample. Written as plain loops over memcpy'd words, which compilers
// vectorise.
template <bool kSigned, typename Use>
void for_each_sample(const PixelLayout& layout, const std::byte* bytes, std::size_t count, const Use& use) {
    const BitField field = bit_field(layout);
    if (layout.bits_allocated == 8) {
        for (std::size_t i = 0; i < count; ++i) {
            const std::size_t at = layout.word_swapped_bytes ? i ^ 1 : i;
            use(i, extract<kSigned>(std::to_integer<std::uint32_t>(bytes[at]), field));
        }
        return;
    }
    if (layout.big_endian) {
        for (std::size_t i = 0; i < count; ++i) {
            const auto high = std::to_integer<std::uint32_t>(bytes[2 * i]),
                       low = std::to_integer<std::uint32_t>(bytes[2 * i + 1]);
            use(i, extract<kSigned>((high << 8) | low, field));
        }
        return;
    }
    for (std::size_t i = 0; i < count; ++i) {
        std::uint16_t raw;
        std::memcpy(&raw, bytes + 2 * i, sizeof raw);
        use(i, extract<kSigned>(raw, field));
    }
}

template <bool kSigned>
HounsfieldCounts convert(const PixelLayout& layout, Rescale rescale, const std::byte* bytes,
                         std::span<std::int16_t> out) {
    constexpr std::int32_t kLowest = kOutsideHu, kHighest = 32767;
    HounsfieldCounts counts;
    const bool whole = rescale.slope == 1 && rescale.intercept == std::trunc(rescale.intercept) &&
                       std::abs(rescale.intercept) < 1e6;
    if (whole) {
        const auto intercept = static_cast<std::int32_t>(rescale.intercept);
        std::uint32_t below = 0;
        for_each_sample<kSigned>(layout, bytes, out.size(), [&](std::size_t i, std::int32_t stored) {
            const std::int32_t hu = stored + intercept;
            below += hu < kLowest ? 1U : 0U;
            out[i] = static_cast<std::int16_t>(std::clamp(hu, kLowest, kHighest));
        });
        counts.below_air = below;
    } else {
        for_each_sample<kSigned>(layout, bytes, out.size(), [&](std::size_t i, std::int32_t stored) {
            const double hu = std::nearbyint(rescale.slope * stored + rescale.intercept);
            counts.below_air += hu < kLowest ? 1 : 0;
            out[i] = static_cast<std::int16_t>(std::clamp<double>(hu, kLowest, kHighest));
        });
    }
    if (layout.padding_low) {
        const std::int64_t low = *layout.padding_low, high = *layout.padding_high;
        for_each_sample<kSigned>(layout, bytes, out.size(), [&](std::size_t i, std::int32_t stored) {
            if (stored < low || stored > high) return;
            // Padding that lay below air was counted there too.
            const double hu = rescale.slope * stored + rescale.intercept;
            if (std::nearbyint(hu) < kLowest) --counts.below_air;
            ++counts.padding;
            out[i] = kOutsideHu;
        });
    }
    return counts;
}

}  // namespace

void unpack_stored(const PixelLayout& layout, std::span<const std::byte> frame, std::span<std::int32_t> out) {
    HZ_CHECK(frame.size() >= layout.frame_bytes() && out.size() == layout.samples(), "a whole frame");
    const auto store = [&](std::size_t i, std::int32_t value) { out[i] = value; };
    if (layout.is_signed) {
        for_each_sample<true>(layout, frame.data(), out.size(), store);
    } else {
        for_each_sample<false>(layout, frame.data(), out.size(), store);
    }
}

HounsfieldCounts to_hounsfield(const PixelLayout& layout, Rescale rescale, std::span<const std::byte> frame,
                               std::span<std::int16_t> out) {
    HZ_CHECK(frame.size() >= layout.frame_bytes() && out.size() == layout.samples(), "a whole frame");
    return layout.is_signed ? convert<true>(layout, rescale, frame.data(), out)
                            : convert<false>(layout, rescale, frame.data(), out);
}

}  // namespace huizhen::imaging
