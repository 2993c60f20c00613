#include <huizhen/dicom/transfer_syntax.h>

namespace huizhen::imaging {
namespace {

constexpr Encoding kImplicit{false, false}, kExplicit{true, false}, kBig{true, true};
using enum PixelCoding;

constexpr std::array kTable{
    TransferSyntax{"1.2.840.10008.1.2", "implicit VR little endian", kNative, kImplicit},
    TransferSyntax{"1.2.840.10008.1.2.1", "explicit VR little endian", kNative, kExplicit},
    TransferSyntax{"1.2.840.10008.1.2.1.98", "encapsulated uncompressed", kEncapsulatedNative, kExplicit},
    TransferSyntax{"1.2.840.10008.1.2.1.99", "deflated explicit VR little endian", kNative, kExplicit, true},
    TransferSyntax{"1.2.840.10008.1.2.2", "explicit VR big endian", kNative, kBig},
    TransferSyntax{"1.2.840.10008.1.2.5", "RLE lossless", kRle, kExplicit},
    TransferSyntax{"1.2.840.10008.1.2.4.50", "JPEG baseline", kJpeg, kExplicit, false, true},
    TransferSyntax{"1.2.840.10008.1.2.4.51", "JPEG extended", kJpeg, kExplicit, false, true},
    TransferSyntax{"1.2.840.10008.1.2.4.53", "JPEG spectral selection", kJpeg, kExplicit, false, true},
    TransferSyntax{"1.2.840.10008.1.2.4.55", "JPEG full progression", kJpeg, kExplicit, false, true},
    TransferSyntax{"1.2.840.10008.1.2.4.57", "JPEG lossless", kJpeg, kExplicit},
    TransferSyntax{"1.2.840.10008.1.2.4.70", "JPEG lossless, first-order", kJpeg, kExplicit},
    TransferSyntax{"1.2.840.10008.1.2.4.80", "JPEG-LS lossless", kJpegLs, kExplicit},
    TransferSyntax{"1.2.840.10008.1.2.4.81", "JPEG-LS near-lossless", kJpegLs, kExplicit, false, true},
    TransferSyntax{"1.2.840.10008.1.2.4.90", "JPEG 2000 lossless", kJpeg2000, kExplicit},
    TransferSyntax{"1.2.840.10008.1.2.4.91", "JPEG 2000", kJpeg2000, kExplicit, false, true},
    // Known, and refused by name.
    TransferSyntax{"1.2.840.10008.1.2.4.52", "JPEG extended, arithmetic", kNotRead, kExplicit},
    TransferSyntax{"1.2.840.10008.1.2.4.54", "JPEG spectral selection, arithmetic", kNotRead, kExplicit},
    TransferSyntax{"1.2.840.10008.1.2.4.56", "JPEG full progression, arithmetic", kNotRead, kExplicit},
    TransferSyntax{"1.2.840.10008.1.2.4.58", "JPEG lossless, arithmetic", kNotRead, kExplicit},
    TransferSyntax{"1.2.840.10008.1.2.4.92", "JPEG 2000 part 2 lossless", kNotRead, kExplicit},
    TransferSyntax{"1.2.840.10008.1.2.4.93", "JPEG 2000 part 2", kNotRead, kExplicit},
    TransferSyntax{"1.2.840.10008.1.2.4.94", "JPIP referenced", kNotRead, kExplicit},
    TransferSyntax{"1.2.840.10008.1.2.4.95", "JPIP referenced deflate", kNotRead, kExplicit, true},
    TransferSyntax{"1.2.840.10008.1.2.4.100", "MPEG-2 video", kNotRead, kExplicit},
    TransferSyntax{"1.2.840.10008.1.2.4.100.1", "MPEG-2 video", kNotRead, kExplicit},
    TransferSyntax{"1.2.840.10008.1.2.4.101", "MPEG-2 video", kNotRead, kExplicit},
    TransferSyntax{"1.2.840.10008.1.2.4.101.1", "MPEG-2 video", kNotRead, kExplicit},
    TransferSyntax{"1.2.840.10008.1.2.4.102", "MPEG-4 video", kNotRead, kExplicit},
    TransferSyntax{"1.2.840.10008.1.2.4.102.1", "MPEG-4 video", kNotRead, kExplicit},
    TransferSyntax{"1.2.840.10008.1.2.4.103", "MPEG-4 video", kNotRead, kExplicit},
    TransferSyntax{"1.2.840.10008.1.2.4.103.1", "MPEG-4 video", kNotRead, kExplicit},
    TransferSyntax{"1.2.840.10008.1.2.4.104", "MPEG-4 video", kNotRead, kExplicit},
    TransferSyntax{"1.2.840.10008.1.2.4.104.1", "MPEG-4 video", kNotRead, kExplicit},
    TransferSyntax{"1.2.840.10008.1.2.4.105", "MPEG-4 video", kNotRead, kExplicit},
    TransferSyntax{"1.2.840.10008.1.2.4.105.1", "MPEG-4 video", kNotRead, kExplicit},
    TransferSyntax{"1.2.840.10008.1.2.4.106", "MPEG-4 video", kNotRead, kExplicit},
    TransferSyntax{"1.2.840.10008.1.2.4.106.1", "MPEG-4 video", kNotRead, kExplicit},
    TransferSyntax{"1.2.840.10008.1.2.4.107", "HEVC video", kNotRead, kExplicit},
    TransferSyntax{"1.2.840.10008.1.2.4.108", "HEVC video", kNotRead, kExplicit},
    TransferSyntax{"1.2.840.10008.1.2.4.110", "JPEG XL lossless", kNotRead, kExplicit},
    TransferSyntax{"1.2.840.10008.1.2.4.111", "JPEG XL JPEG recompression", kNotRead, kExplicit},
    TransferSyntax{"1.2.840.10008.1.2.4.112", "JPEG XL", kNotRead, kExplicit},
    TransferSyntax{"1.2.840.10008.1.2.4.201", "HTJ2K lossless", kNotRead, kExplicit},
    TransferSyntax{"1.2.840.10008.1.2.4.202", "HTJ2K lossless RPCL", kNotRead, kExplicit},
    TransferSyntax{"1.2.840.10008.1.2.4.203", "HTJ2K", kNotRead, kExplicit},
    TransferSyntax{"1.2.840.10008.1.2.4.204", "JPIP HTJ2K referenced", kNotRead, kExplicit},
    TransferSyntax{"1.2.840.10008.1.2.4.205", "JPIP HTJ2K referenced deflate", kNotRead, kExplicit, true},
    TransferSyntax{"1.2.840.10008.1.2.7.1", "SMPTE ST 2110 video", kNotRead, kExplicit},
    TransferSyntax{"1.2.840.10008.1.2.7.2", "SMPTE ST 2110 video", kNotRead, kExplicit},
    TransferSyntax{"1.2.840.10008.1.2.7.3", "SMPTE ST 2110 audio", kNotRead, kExplicit},
    TransferSyntax{"1.2.840.10008.1.2.8.1", "deflated image frame compression", kNotRead, kExplicit},
};

}  // namespace

const TransferSyntax* find_transfer_syntax(std::string_view uid) {
    const auto found =
        std::find_if(kTable.begin(), kTable.end(), [&](const auto& row) { return row.uid == uid; });
    return found == kTable.end() ? nullptr : &*found;
}

}  // namespace huizhen::imaging
