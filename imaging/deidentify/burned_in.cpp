#include "burned_in.h"

#include <huizhen/dicom/limits.h>

namespace huizhen::imaging {
namespace {

std::string text_of(DcmItem& item, const DcmTagKey& tag) {
    OFString value;
    return item.findAndGetOFStringArray(tag, value).good() ? std::string(value.c_str(), value.size())
                                                           : std::string();
}

struct Layout {
    Uint16 rows = 0, columns = 0, samples = 1, allocated = 8, stored = 8, high = 7, planar = 0;
    std::size_t frames = 1;
    std::size_t bytes = 0;  // of all pixels
    Uint8* pixels = nullptr;
};

bool is_compressed(DcmDataset& data) { return DcmXfer(data.getOriginalXfer()).isEncapsulated(); }

Result<Layout> layout_of(DcmDataset& data) {
    Layout layout;
    data.findAndGetUint16(DCM_Rows, layout.rows);
    data.findAndGetUint16(DCM_Columns, layout.columns);
    data.findAndGetUint16(DCM_SamplesPerPixel, layout.samples);
    data.findAndGetUint16(DCM_BitsAllocated, layout.allocated);
    data.findAndGetUint16(DCM_BitsStored, layout.stored);
    data.findAndGetUint16(DCM_HighBit, layout.high);
    data.findAndGetUint16(DCM_PlanarConfiguration, layout.planar);
    Sint32 frames = 1;
    if (data.findAndGetSint32(DCM_NumberOfFrames, frames).good() && frames > 0)
        layout.frames = static_cast<std::size_t>(frames);
    DcmElement* element = nullptr;
    const bool fits = layout.rows <= kMaxRows && layout.columns <= kMaxColumns &&
                      layout.frames <= kMaxFrames && layout.samples <= 4 &&
                      (layout.allocated == 8 || layout.allocated == 16);
    if (!fits || data.findAndGetElement(DCM_PixelData, element).bad())
        return fail(ErrorCode::kUnsupported, "pixels of this layout cannot be cleaned");
    layout.bytes =
        std::size_t{layout.rows} * layout.columns * layout.samples * layout.frames * (layout.allocated / 8U);
    if (layout.bytes == 0 || element->getLength() < layout.bytes)
        return fail(ErrorCode::kMalformedInput, "(7FE0,0010) pixel data is truncated");
    if (element->ident() == EVR_OB || layout.allocated == 8) {
        if (element->getUint8Array(layout.pixels).good() && layout.pixels != nullptr) return layout;
    }
    Uint16* words = nullptr;
    if (element->getUint16Array(words).bad() || words == nullptr)
        return fail(ErrorCode::kMalformedInput, "(7FE0,0010) pixel data cannot be read");
    layout.pixels = reinterpret_cast<Uint8*>(words);
    return layout;
}

void blank(const Layout& layout, const PixelBox& box) {
    const std::size_t sample = layout.allocated / 8U;
    const std::size_t plane = std::size_t{layout.rows} * layout.columns;
    const bool by_plane = layout.planar == 1 && layout.samples > 1;
    const std::size_t step = by_plane ? sample : sample * layout.samples;  // from pixel to pixel
    const std::size_t planes = layout.frames * (by_plane ? layout.samples : 1U);
    for (std::size_t p = 0; p < planes; ++p) {
        for (int y = box.y; y < box.y + box.height; ++y) {
            const std::size_t pixel =
                p * plane + static_cast<std::size_t>(y) * layout.columns + static_cast<std::size_t>(box.x);
            std::fill_n(layout.pixels + pixel * step, static_cast<std::size_t>(box.width) * step, Uint8{0});
        }
    }
}

bool overlays_in_pixels(DcmDataset& data) {
    for (Uint16 group = 0x6000; group <= 0x601E; group = static_cast<Uint16>(group + 2)) {
        Uint16 position = 0, allocated = 1;
        data.findAndGetUint16(DcmTagKey(group, 0x0102), position);
        data.findAndGetUint16(DcmTagKey(group, 0x0100), allocated);
        if (position > 0 || allocated > 1) return true;
    }
    return false;
}

}  // namespace

std::string burned_in_suspicion(DcmDataset& data) {
    if (text_of(data, DCM_BurnedInAnnotation) == "YES")
        return "(0028,0301) says that annotation is burned in";
    const std::string sop_class = text_of(data, DCM_SOPClassUID);
    constexpr std::string_view kStorage = "1.2.840.10008.5.1.4.1.1.";
    const std::string_view kind = sop_class.substr(0, kStorage.size()) == kStorage
                                      ? std::string_view(sop_class).substr(kStorage.size())
                                      : "";
    const auto is = [&](std::string_view family) {
        return kind == family ||
               (kind.substr(0, family.size()) == family && kind.substr(family.size(), 1) == ".");
    };
    if (is("7") || data.tagExists(DCM_ConversionType)) return "it is a secondary capture";
    if (is("6") || is("3")) return "it is an ultrasound image";
    if (is("77")) return "it is a photograph or video";
    const std::string type = text_of(data, DCM_ImageType);
    for (const std::string_view word : {"SCREEN", "DOSE", "REPORT"}) {
        if (type.find(word) != std::string::npos)
            return "(0008,0008) calls it a picture of a screen or report";
    }
    return {};
}

Status blank_boxes(DcmDataset& data, const std::vector<PixelBox>& boxes) {
    if (boxes.empty()) return {};
    if (is_compressed(data))
        return fail(ErrorCode::kUnsupported,
                    "parts of compressed pixels cannot be blanked: decompress the image first");
    HZ_ASSIGN(const Layout layout, layout_of(data));
    for (const PixelBox& box : boxes) {
        const bool inside = box.x >= 0 && box.y >= 0 && box.width > 0 && box.height > 0 &&
                            box.width <= layout.columns - box.x && box.height <= layout.rows - box.y;
        if (!inside) return fail(ErrorCode::kInvalidArgument, "a box to blank lies outside the image");
        blank(layout, box);
    }
    return {};
}

Status clear_unused_bits(DcmDataset& data) {
    if (!overlays_in_pixels(data)) return {};
    if (is_compressed(data))
        return fail(ErrorCode::kUnsupported,
                    "an overlay lies in compressed pixels: decompress the image first");
    HZ_ASSIGN(const Layout layout, layout_of(data));
    if (layout.allocated != 16 || layout.stored == 0 || layout.high >= 16 || layout.stored > layout.high + 1)
        return fail(ErrorCode::kUnsupported, "an overlay lies in pixels of a layout that cannot be cleaned");
    const unsigned used = ((1U << layout.stored) - 1U) << (layout.high + 1U - layout.stored);
    auto* words = reinterpret_cast<Uint16*>(layout.pixels);
    for (std::size_t i = 0; i < layout.bytes / 2; ++i) words[i] = static_cast<Uint16>(words[i] & used);
    return {};
}

}  // namespace huizhen::imaging
