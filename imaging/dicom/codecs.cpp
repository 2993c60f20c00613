#include "codecs.h"

#include <mutex>

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dcpixseq.h>
#include <dcmtk/dcmdata/dcpxitem.h>
#include <dcmtk/dcmdata/dctk.h>
#include <dcmtk/dcmjpeg/djdecode.h>
#include <dcmtk/dcmjpls/djdecode.h>

#include <huizhen/dicom/part10.h>

namespace huizhen::imaging {
namespace {

void register_codecs_once() {
    static std::once_flag once;
    std::call_once(once, [] {
        silence_dcmtk();
        DJDecoderRegistration::registerCodecs(EDC_never);
        DJLSDecoderRegistration::registerCodecs();
    });
}

tl::unexpected<Error> broken(std::string_view what) {
    return fail(ErrorCode::kMalformedInput, tag_name(tags::kPixelData) + " " + std::string(what));
}

// What a JPEG or JPEG-LS stream's frame header (ISO 10918-1 B.2.2, ISO 14495-1 C.2.2) declares.
struct StreamFrame {
    int precision = 0, rows = 0, columns = 0, components = 0;
};

Result<StreamFrame> find_frame_header(std::span<const std::byte> stream) {
    const auto byte = [&](std::size_t at) { return std::to_integer<int>(stream[at]); };
    if (stream.size() < 4 || byte(0) != 0xFF || byte(1) != 0xD8)
        return broken("does not start as a JPEG stream");
    std::size_t at = 2;
    while (at + 4 <= stream.size()) {
        if (byte(at) != 0xFF) return broken("has bytes between its JPEG markers");
        const int marker = byte(at + 1);
        if (marker == 0xFF) {  // fill byte
            ++at;
            continue;
        }
        const auto length = static_cast<std::size_t>(byte(at + 2) * 256 + byte(at + 3));
        const bool is_frame =
            (marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC) ||
            marker == 0xF7;
        if (is_frame) {
            if (length < 8 || stream.size() - at < 10)
                return broken("has a JPEG frame header that is cut short");
            return StreamFrame{byte(at + 4), byte(at + 5) * 256 + byte(at + 6),
                               byte(at + 7) * 256 + byte(at + 8), byte(at + 9)};
        }
        if (marker == 0xDA || marker == 0xD9) return broken("has JPEG data before its frame header");
        if (length < 2 || stream.size() - at - 2 < length)
            return broken("has a JPEG marker longer than the stream");
        at += 2 + length;
    }
    return broken("has no JPEG frame header");
}

// The IJG library pads a stream that stops early with grey and only warns: a half image must not pass for
// one. (CharLS, for JPEG-LS, fails by itself.) Behind the end marker, one stray pad byte or any number of
// zeros.
bool has_end_marker(std::span<const std::byte> stream) {
    std::size_t end = stream.size();
    while (end > 0 && stream[end - 1] == std::byte{0}) --end;
    const auto marker_before = [&](std::size_t at) {
        return at >= 2 && stream[at - 2] == std::byte{0xFF} && stream[at - 1] == std::byte{0xD9};
    };
    return marker_before(end) || (end > 0 && marker_before(end - 1));
}

// The bits per sample the codec will produce: 8 or 16.
Result<int> check_stream(PixelCoding coding, const PixelLayout& layout, std::span<const std::byte> stream) {
    HZ_ASSIGN(const StreamFrame frame, find_frame_header(stream));
    if (frame.rows != layout.rows || frame.columns != layout.columns) {
        return broken("holds a stream of other dimensions than the header's");
    }
    if (frame.components != 1) return fail(ErrorCode::kUnsupported, "colour images are not read");
    if (frame.precision < 2 || frame.precision > layout.bits_allocated) {
        return broken("holds a stream of more bits than the header's");
    }
    if (coding == PixelCoding::kJpeg && !has_end_marker(stream))
        return broken("ends before its JPEG stream does");
    return frame.precision <= 8 ? 8 : 16;
}

// A data set around one frame, of which DCMTK's codecs read what they need.
OFCondition describe(DcmDataset& data, const PixelLayout& layout, int bits) {
    OFCondition status = data.putAndInsertUint16(DCM_SamplesPerPixel, 1);
    const auto put = [&](const DcmTagKey& key, int value) {
        if (status.good()) status = data.putAndInsertUint16(key, static_cast<Uint16>(value));
    };
    if (status.good()) status = data.putAndInsertString(DCM_PhotometricInterpretation, "MONOCHROME2");
    put(DCM_Rows, layout.rows);
    put(DCM_Columns, layout.columns);
    put(DCM_BitsAllocated, bits);
    put(DCM_BitsStored, std::min(bits, layout.bits_stored));
    put(DCM_HighBit, std::min(bits, layout.bits_stored) - 1);
    put(DCM_PixelRepresentation, layout.is_signed ? 1 : 0);
    if (status.good()) status = data.putAndInsertString(DCM_NumberOfFrames, "1");
    return status;
}

OFCondition put_stream(DcmPixelSequence& sequence, std::span<const std::byte> stream) {
    auto table = std::make_unique<DcmPixelItem>(DcmTag(DCM_Item, EVR_OB));
    OFCondition status = sequence.insert(table.get());
    if (status.bad()) return status;
    table.release();
    auto item = std::make_unique<DcmPixelItem>(DcmTag(DCM_Item, EVR_OB));
    status = item->putUint8Array(reinterpret_cast<const Uint8*>(stream.data()),
                                 static_cast<unsigned long>(stream.size()));
    if (status.good()) status = sequence.insert(item.get());
    if (status.good()) item.release();
    return status;
}

// 8-bit samples into a 16-bit frame, in place, from the end so that nothing is overwritten before it is read.
void widen(std::span<std::byte> frame, bool is_signed, int precision_bits) {
    for (std::size_t i = frame.size() / 2; i-- > 0;) {
        const std::byte low = frame[i];
        const bool negative = is_signed && (low & std::byte{0x80}) != std::byte{0} && precision_bits == 8;
        frame[2 * i] = low;
        frame[2 * i + 1] = negative ? std::byte{0xFF} : std::byte{0};
    }
}

}  // namespace

Status decode_with_dcmtk(const TransferSyntax& syntax, const PixelLayout& layout,
                         std::span<const std::byte> stream, std::vector<std::byte>& out) {
    register_codecs_once();
    HZ_ASSIGN(const int bits, check_stream(syntax.coding, layout, stream));
    out.assign(layout.frame_bytes(), std::byte{0});
    DcmDataset data;
    OFCondition status = describe(data, layout, bits);
    auto sequence = std::make_unique<DcmPixelSequence>(DcmTag(DCM_PixelData, EVR_OB));
    if (status.good()) status = put_stream(*sequence, stream);
    if (status.bad()) return fail(ErrorCode::kOutOfMemory, "no memory to decode a frame");
    DcmPixelData pixels(DCM_PixelData);
    pixels.putOriginalRepresentation(DcmXfer(std::string(syntax.uid).c_str()).getXfer(), nullptr,
                                     sequence.release());

    Uint32 fragment = 1;  // item 0 is the offset table
    OFString colour_model;
    const std::size_t decoded = layout.samples() * static_cast<std::size_t>(bits / 8);
    status = pixels.getUncompressedFrame(&data, 0, fragment, out.data(), static_cast<Uint32>(decoded),
                                         colour_model);
    if (status.bad()) {
        return broken("cannot be decoded as " + std::string(syntax.name) + ": " + std::string(status.text()));
    }
    if (bits < layout.bits_allocated) widen(out, layout.is_signed, bits);
    return {};
}

Status decode_frame(const TransferSyntax& syntax, const PixelLayout& layout,
                    std::span<const std::byte> stream, std::vector<std::byte>& out) {
    if (syntax.coding == PixelCoding::kRle) return decode_rle(layout, stream, out);
    if (syntax.coding == PixelCoding::kJpeg2000) return decode_jpeg2000(layout, stream, out);
    return decode_with_dcmtk(syntax, layout, stream, out);
}

}  // namespace huizhen::imaging
