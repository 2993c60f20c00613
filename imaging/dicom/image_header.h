#pragma once

// The attributes of an image that pixels and assembly need, checked, from a parsed data set (PS3.3 C.7.6,
// C.8.2).

#include <optional>

#include <huizhen/dicom/image.h>

#include "dicom_file.h"

namespace huizhen::imaging {

struct PixelLayout {
    int rows = 0, columns = 0, frames = 1;
    int bits_allocated = 16, bits_stored = 16, high_bit = 15;
    bool is_signed = false;
    bool big_endian = false;
    bool word_swapped_bytes = false;  // 8-bit samples in big-endian OW: bytes swapped in pairs
    // Stored values from padding_low to padding_high are no tissue.
    std::optional<std::int64_t> padding_low, padding_high;

    std::size_t samples() const { return static_cast<std::size_t>(rows) * static_cast<std::size_t>(columns); }
    std::size_t bytes_per_sample() const { return bits_allocated == 8 ? 1 : 2; }
    std::size_t frame_bytes() const { return samples() * bytes_per_sample(); }

    friend bool operator==(const PixelLayout&, const PixelLayout&) = default;
};

// What places one frame. Missing attributes stay empty; whoever needs them says so.
struct FramePlace {
    std::optional<Vec3> position_mm;  // (0020,0032): centre of the first voxel
    std::optional<Vec3> row, column;  // (0020,0037): directions of growing column and row index
    std::optional<double> row_spacing_mm,
        column_spacing_mm;  // (0028,0030): between rows (y), between columns (x)
    std::optional<double> thickness_mm;
    std::optional<Rescale> rescale;
    std::string rescale_type;  // (0028,1054)
    std::string image_type_3;  // (0008,0008) value 3, or (0008,9007) of the frame: "AXIAL", "LOCALIZER"
};

struct ImageHeader {
    std::string sop_instance_uid;
    std::string sop_class_uid;
    PixelLayout layout;
    std::vector<FramePlace> frames;
};

// Patient, study and series, texts in UTF-8.
SeriesInfo series_info(const DicomFile& file);

// kUnsupported for what is no monochrome image of 8 or 16 bits.
Result<PixelLayout> pixel_layout(const DicomFile& file);

// Layout and places of all frames, from the data set's root or its functional groups. Refuses pixel data that
// is too short for them.
Result<ImageHeader> image_header(const DicomFile& file);

}  // namespace huizhen::imaging
