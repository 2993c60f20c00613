#pragma once

// Compressed frames to stored values: JPEG, JPEG-LS and RLE through DCMTK's codecs, JPEG 2000 through
// OpenJPEG.

#include <span>
#include <vector>

#include "image_header.h"

namespace huizhen::imaging {

// Decodes one frame's compressed bytes into `out`: little endian, layout.frame_bytes() long. The dimensions
// the stream itself declares are compared with the header's before a codec may allocate anything for them.
Status decode_frame(const TransferSyntax& syntax, const PixelLayout& layout,
                    std::span<const std::byte> stream, std::vector<std::byte>& out);

// The parts, by codec library.
Status decode_with_dcmtk(const TransferSyntax& syntax, const PixelLayout& layout,
                         std::span<const std::byte> stream, std::vector<std::byte>& out);
Status decode_rle(const PixelLayout& layout, std::span<const std::byte> stream, std::vector<std::byte>& out);
Status decode_jpeg2000(const PixelLayout& layout, std::span<const std::byte> stream,
                       std::vector<std::byte>& out);

}  // namespace huizhen::imaging
