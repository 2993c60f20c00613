#pragma once

// The frames of one open file, decoded on demand.

#include <filesystem>
#include <span>
#include <vector>

#include <huizhen/base/sha256.h>

#include "image_header.h"

namespace huizhen::imaging {

// Buffers a thread keeps from frame to frame.
struct FrameScratch {
    std::vector<std::byte> raw, joined;
};

// Where each frame's compressed bytes lie: pieces of the pixel data element (PS3.5 A.4).
struct Piece {
    std::size_t offset = 0, length = 0;
};
Result<std::vector<std::vector<Piece>>> frame_pieces(std::span<const std::byte> bytes,
                                                     const PixelElement& pixels, const TransferSyntax& syntax,
                                                     int frames);

class PixelAccess {
  public:
    // A file already in memory, which must outlive this.
    static Result<PixelAccess> over(std::span<const std::byte> bytes);
    // A file on disk: read whole where it is small or compressed, else frame by frame. `buffer` may bring
    // memory from an earlier file (release_buffer).
    static Result<PixelAccess> open(const std::filesystem::path& path, std::vector<std::byte> buffer = {});

    const DicomFile& file() const { return file_; }
    const ImageHeader& header() const { return header_; }
    Result<Sha256Digest> sha256_of_file() const;

    // Frame `index` as layout().frame_bytes() of native samples. Several threads may call, each with its
    // scratch, in which the result lives unless it lies in the file's own bytes.
    Result<std::span<const std::byte>> frame(std::size_t index, FrameScratch& scratch) const;

    std::vector<std::byte> release_buffer() { return std::move(buffer_); }

  private:
    PixelAccess() = default;
    Status prepare();
    std::span<const std::byte> pixel_bytes() const;

    std::optional<FileReader> reader_;  // of files that are not wholly in memory
    std::vector<std::byte> buffer_;     // the file, or its head
    std::span<const std::byte> bytes_;  // the same, or the caller's
    DicomFile file_;
    ImageHeader header_;
    std::vector<std::vector<Piece>> pieces_;  // per frame, of encapsulated pixel data
};

}  // namespace huizhen::imaging
