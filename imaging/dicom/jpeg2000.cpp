#include <cstring>

#include <openjpeg.h>

#include "codecs.h"

namespace huizhen::imaging {
namespace {

tl::unexpected<Error> broken(std::string_view what) {
    return fail(ErrorCode::kMalformedInput, tag_name(tags::kPixelData) + " " + std::string(what));
}

// OpenJPEG's stream over bytes in memory.
struct Cursor {
    std::span<const std::byte> bytes;
    std::size_t at = 0;
};

OPJ_SIZE_T read_some(void* into, OPJ_SIZE_T count, void* user) {
    auto& cursor = *static_cast<Cursor*>(user);
    const std::size_t left = cursor.bytes.size() - cursor.at;
    if (left == 0) return static_cast<OPJ_SIZE_T>(-1);
    const std::size_t got = std::min<std::size_t>(count, left);
    std::memcpy(into, cursor.bytes.data() + cursor.at, got);
    cursor.at += got;
    return got;
}

OPJ_OFF_T skip_some(OPJ_OFF_T count, void* user) {
    auto& cursor = *static_cast<Cursor*>(user);
    if (count < 0 || static_cast<std::size_t>(count) > cursor.bytes.size() - cursor.at) return -1;
    cursor.at += static_cast<std::size_t>(count);
    return count;
}

OPJ_BOOL seek_to(OPJ_OFF_T to, void* user) {
    auto& cursor = *static_cast<Cursor*>(user);
    if (to < 0 || static_cast<std::size_t>(to) > cursor.bytes.size()) return OPJ_FALSE;
    cursor.at = static_cast<std::size_t>(to);
    return OPJ_TRUE;
}

using StreamOwner = std::unique_ptr<opj_stream_t, void (*)(opj_stream_t*)>;

StreamOwner open_stream(Cursor& cursor) {
    StreamOwner stream(opj_stream_create(OPJ_J2K_STREAM_CHUNK_SIZE, OPJ_TRUE),
                       [](opj_stream_t* s) { opj_stream_destroy(s); });
    if (!stream) return stream;
    opj_stream_set_user_data(stream.get(), &cursor, nullptr);
    opj_stream_set_user_data_length(stream.get(), cursor.bytes.size());
    opj_stream_set_read_function(stream.get(), read_some);
    opj_stream_set_skip_function(stream.get(), skip_some);
    opj_stream_set_seek_function(stream.get(), seek_to);
    return stream;
}

Status check_image(const opj_image_t& image, const PixelLayout& layout) {
    if (image.numcomps != 1) return fail(ErrorCode::kUnsupported, "colour images are not read");
    const opj_image_comp_t& component = image.comps[0];
    if (image.x1 - image.x0 != static_cast<OPJ_UINT32>(layout.columns) ||
        image.y1 - image.y0 != static_cast<OPJ_UINT32>(layout.rows) || component.dx != 1 ||
        component.dy != 1) {
        return broken("holds a JPEG 2000 stream of other dimensions than the header's");
    }
    if (component.prec > static_cast<OPJ_UINT32>(layout.bits_allocated)) {
        return broken("holds a JPEG 2000 stream of more bits than the header's");
    }
    return {};
}

// A raw codestream starts with SOC, a JP2 box file (which some writers embed) with its signature box.
bool is_jp2(std::span<const std::byte> stream) { return stream.size() > 8 && stream[0] == std::byte{0}; }

}  // namespace

Status decode_jpeg2000(const PixelLayout& layout, std::span<const std::byte> bytes,
                       std::vector<std::byte>& out) {
    Cursor cursor{bytes};
    const StreamOwner stream = open_stream(cursor);
    const std::unique_ptr<opj_codec_t, void (*)(opj_codec_t*)> codec(
        opj_create_decompress(is_jp2(bytes) ? OPJ_CODEC_JP2 : OPJ_CODEC_J2K),
        [](opj_codec_t* c) { opj_destroy_codec(c); });
    opj_dparameters_t parameters;
    opj_set_default_decoder_parameters(&parameters);
    if (!stream || !codec || opj_setup_decoder(codec.get(), &parameters) == OPJ_FALSE) {
        return fail(ErrorCode::kOutOfMemory, "no memory to decode a frame");
    }
    opj_image_t* raw = nullptr;
    const OPJ_BOOL header_read = opj_read_header(stream.get(), codec.get(), &raw);
    const std::unique_ptr<opj_image_t, void (*)(opj_image_t*)> image(
        raw, [](opj_image_t* i) { opj_image_destroy(i); });
    if (header_read == OPJ_FALSE || !image) return broken("does not start as a JPEG 2000 stream");
    HZ_TRY(check_image(*image, layout));
    if (opj_decode(codec.get(), stream.get(), image.get()) == OPJ_FALSE ||
        opj_end_decompress(codec.get(), stream.get()) == OPJ_FALSE) {
        return broken("cannot be decoded as JPEG 2000: the stream is broken or cut short");
    }
    HZ_TRY(check_image(*image, layout));
    const opj_image_comp_t& component = image->comps[0];
    if (component.data == nullptr || component.w != static_cast<OPJ_UINT32>(layout.columns) ||
        component.h != static_cast<OPJ_UINT32>(layout.rows)) {
        return broken("cannot be decoded as JPEG 2000: no samples came out");
    }
    out.resize(layout.frame_bytes());
    for (std::size_t i = 0; i < layout.samples(); ++i) {
        const auto value = static_cast<std::uint32_t>(component.data[i]);
        if (layout.bits_allocated == 8) {
            out[i] = static_cast<std::byte>(value);
        } else {
            out[2 * i] = static_cast<std::byte>(value);
            out[2 * i + 1] = static_cast<std::byte>(value >> 8);
        }
    }
    return {};
}

}  // namespace huizhen::imaging
