#pragma once

// Transfer syntaxes by their UIDs (PS3.6 Table A-1): how each is encoded, and which are read.

#include <optional>
#include <string_view>

#include <huizhen/dicom/data_set.h>

namespace huizhen::imaging {

enum class PixelCoding { kNative, kEncapsulatedNative, kRle, kJpeg, kJpegLs, kJpeg2000, kNotRead };

struct TransferSyntax {
    std::string_view uid;
    std::string_view name;
    PixelCoding coding = PixelCoding::kNative;
    Encoding encoding;
    bool deflated = false;
    bool lossy = false;  // may have lost something, by its definition
};

// nullptr for UIDs not in the table.
const TransferSyntax* find_transfer_syntax(std::string_view uid);

namespace transfer_syntaxes {
inline constexpr std::string_view kImplicitLittleEndian = "1.2.840.10008.1.2";
inline constexpr std::string_view kExplicitLittleEndian = "1.2.840.10008.1.2.1";
inline constexpr std::string_view kExplicitBigEndian = "1.2.840.10008.1.2.2";
}  // namespace transfer_syntaxes

}  // namespace huizhen::imaging
