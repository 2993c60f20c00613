// RLE (PS3.5 Annex G). Our own, since DCMTK's decoder takes half a stream for a whole image.

#include "codecs.h"

namespace huizhen::imaging {
namespace {

constexpr std::size_t kHeaderBytes = 64;

tl::unexpected<Error> broken(std::string_view what) {
    return fail(ErrorCode::kMalformedInput, tag_name(tags::kPixelData) + " " + std::string(what));
}

std::size_t little_u32(std::span<const std::byte> bytes, std::size_t at) {
    std::size_t value = 0;
    for (std::size_t i = 4; i-- > 0;) value = (value << 8) | std::to_integer<std::size_t>(bytes[at + i]);
    return value;
}

// One byte plane: every `stride`th byte of `out` from `first`, `count` of them.
Status unpack_segment(std::span<const std::byte> packed, std::span<std::byte> out, std::size_t first,
                      std::size_t stride, std::size_t count) {
    std::size_t at = 0, done = 0;
    while (done < count) {
        if (at >= packed.size()) return broken("has an RLE segment that ends too early");
        const int control = std::to_integer<int>(packed[at++]);
        if (control == 128) continue;  // no operation
        const bool literal = control < 128;
        const auto run = static_cast<std::size_t>(literal ? control + 1 : 257 - control);
        if (packed.size() - at < (literal ? run : 1)) return broken("has an RLE segment that ends too early");
        // Some encoders let the last run pass the end of the plane; what passes is padding.
        for (std::size_t i = 0; i < run && done < count; ++i, ++done)
            out[first + done * stride] = packed[literal ? at + i : at];
        at += literal ? run : 1;
    }
    return {};
}

}  // namespace

Status decode_rle(const PixelLayout& layout, std::span<const std::byte> stream, std::vector<std::byte>& out) {
    if (stream.size() < kHeaderBytes) return broken("has an RLE header that is cut short");
    const std::size_t segments = little_u32(stream, 0), planes = layout.bytes_per_sample();
    // Two bytes make at most 128.
    if (stream.size() < kHeaderBytes + layout.frame_bytes() / 64)
        return broken("has too few RLE bytes for its dimensions");
    out.assign(layout.frame_bytes(), std::byte{0});
    if (segments != planes) return broken("has another number of RLE segments than its samples have bytes");
    for (std::size_t i = 0; i < planes; ++i) {
        const std::size_t begin = little_u32(stream, 4 + 4 * i);
        const std::size_t end = i + 1 < planes ? little_u32(stream, 8 + 4 * i) : stream.size();
        if (begin < kHeaderBytes || begin > end || end > stream.size())
            return broken("has RLE segments out of place");
        // The first plane holds the most significant bytes, `out` is little endian.
        HZ_TRY(unpack_segment(stream.subspan(begin, end - begin), out, planes - 1 - i, planes,
                              layout.samples()));
    }
    return {};
}

}  // namespace huizhen::imaging
