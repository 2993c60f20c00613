#pragma once

// One DICOM file at a time: what every import, test and fuzzer starts from. Series are in series.h.
//
// Errors name the tag that is wrong and, for files, the file: kMalformedInput (not DICOM, truncated, lying),
// kUnsupported (conformant, but not read here: the message names the transfer syntax or the kind of object),
// kLimitExceeded (limits.h), kNotFound, kPermissionDenied, kIo. Any thread may call.

#include <cstdint>
#include <filesystem>
#include <span>
#include <string_view>
#include <vector>

#include <huizhen/base/result.h>
#include <huizhen/dicom/series_info.h>
#include <huizhen/volume/geometry.h>

namespace huizhen::imaging {

struct Rescale {
    double slope = 1, intercept = 0;  // HU = slope * stored + intercept

    friend bool operator==(Rescale, Rescale) = default;
};

// A monochrome image of any modality, as stored.
struct Image {
    SeriesInfo info;
    std::string transfer_syntax;       // its name: "JPEG-LS lossless"
    Size3 size;                        // columns, rows, frames
    std::vector<std::int32_t> stored;  // x fastest, then y, then frame; sign and unused bits already resolved
    std::vector<Rescale> rescale;      // one per frame
};

Result<Image> read_image(const std::filesystem::path& path);

// The same from memory.
Result<Image> read_image(std::span<const std::byte> bytes);

// Only what the file says about its patient and series: works for objects without pixels too.
Result<SeriesInfo> read_series_info(const std::filesystem::path& path);
Result<SeriesInfo> read_series_info(std::span<const std::byte> bytes);

}  // namespace huizhen::imaging
