#include "pixel_access.h"

#include <huizhen/base/check.h>
#include <huizhen/dicom/limits.h>

#include "codecs.h"

namespace huizhen::imaging {
namespace {

// Longer native files are read a frame at a time, so that an Enhanced CT is never twice in memory.
constexpr std::size_t kWholeFileBytes = std::size_t{16} << 20;

tl::unexpected<Error> broken(std::string_view what) {
    return fail(ErrorCode::kMalformedInput, tag_name(tags::kPixelData) + " " + std::string(what));
}

std::uint32_t little_u32(std::span<const std::byte> bytes, std::size_t at) {
    std::uint32_t value = 0;
    for (std::size_t i = 4; i-- > 0;) value = (value << 8) | std::to_integer<std::uint32_t>(bytes[at + i]);
    return value;
}

// The items of encapsulated pixel data: the offset table first, then the fragments.
Result<std::vector<Piece>> read_items(std::span<const std::byte> bytes, std::size_t at) {
    std::vector<Piece> items;
    while (true) {
        if (bytes.size() < at || bytes.size() - at < 8)
            return broken("ends inside its fragments: the file is cut short");
        const Tag tag = make_tag(static_cast<std::uint16_t>(little_u32(bytes, at) & 0xFFFF),
                                 static_cast<std::uint16_t>(little_u32(bytes, at) >> 16));
        const std::size_t length = little_u32(bytes, at + 4);
        at += 8;
        if (tag == tags::kSequenceEnd) return items;
        if (tag != tags::kItem) return broken("holds " + tag_name(tag) + " where a fragment belongs");
        if (bytes.size() - at < length) return broken("has a fragment that is cut short");
        if (items.size() >= kMaxFragments)
            return fail(ErrorCode::kLimitExceeded, "more fragments than are read");
        items.push_back({at, length});
        at += length;
    }
}

// Frames begin at the fragments the basic offset table points to.
std::optional<std::vector<std::size_t>> starts_by_table(std::span<const std::byte> bytes,
                                                        const std::vector<Piece>& items, std::size_t frames) {
    const Piece table = items.front();
    if (table.length != 4 * frames || items.size() < 2) return std::nullopt;
    const std::size_t base = items[1].offset - 8;
    std::vector<std::size_t> starts;
    std::size_t item = 1;
    for (std::size_t i = 0; i < frames; ++i) {
        const std::size_t target = base + little_u32(bytes, table.offset + 4 * i);
        while (item < items.size() && items[item].offset - 8 < target) ++item;
        if (item == items.size() || items[item].offset - 8 != target) return std::nullopt;
        if (!starts.empty() && starts.back() == item) return std::nullopt;
        starts.push_back(item);
    }
    return starts;
}

// Without a table: fragments that begin as a JPEG (FF D8) or JPEG 2000 (FF 4F) stream begin a frame.
std::vector<std::size_t> starts_by_marker(std::span<const std::byte> bytes, const std::vector<Piece>& items) {
    std::vector<std::size_t> starts;
    for (std::size_t i = 1; i < items.size(); ++i) {
        if (items[i].length < 2 || bytes[items[i].offset] != std::byte{0xFF}) continue;
        const std::byte second = bytes[items[i].offset + 1];
        if (second == std::byte{0xD8} || second == std::byte{0x4F}) starts.push_back(i);
    }
    return starts;
}

}  // namespace

Result<std::vector<std::vector<Piece>>> frame_pieces(std::span<const std::byte> bytes,
                                                     const PixelElement& pixels, const TransferSyntax& syntax,
                                                     int frames) {
    HZ_ASSIGN(const std::vector<Piece> items, read_items(bytes, pixels.offset));
    const auto count = static_cast<std::size_t>(frames);
    if (items.size() < 2) return broken("holds no fragment");
    std::vector<std::size_t> starts;
    if (count == 1) {
        starts = {1};
    } else if (items.size() - 1 == count) {
        for (std::size_t i = 1; i <= count; ++i) starts.push_back(i);
    } else if (auto by_table = starts_by_table(bytes, items, count)) {
        starts = std::move(*by_table);
    } else if (syntax.coding != PixelCoding::kRle) {
        starts = starts_by_marker(bytes, items);
    }
    if (starts.size() != count || starts.front() != 1) {
        return broken("has " + std::to_string(items.size() - 1) +
                      " fragments that cannot be told apart into " + std::to_string(count) + " frames");
    }
    std::vector<std::vector<Piece>> pieces(count);
    for (std::size_t i = 0; i < count; ++i) {
        const std::size_t end = i + 1 < count ? starts[i + 1] : items.size();
        pieces[i].assign(items.begin() + static_cast<std::ptrdiff_t>(starts[i]),
                         items.begin() + static_cast<std::ptrdiff_t>(end));
    }
    return pieces;
}

std::span<const std::byte> PixelAccess::pixel_bytes() const {
    return file_.syntax->deflated ? std::span<const std::byte>(file_.inflated) : bytes_;
}

// After the file is parsed: reads what the header says of the pixel data, and finds the frames.
Status PixelAccess::prepare() {
    const TransferSyntax& syntax = *file_.syntax;
    if (file_.pixels && syntax.coding == PixelCoding::kNotRead) {
        return fail(ErrorCode::kUnsupported, "transfer syntax " + std::string(syntax.name) + " is not read");
    }
    HZ_ASSIGN(header_, image_header(file_));
    if (syntax.coding != PixelCoding::kNative) {
        HZ_ASSIGN(pieces_, frame_pieces(pixel_bytes(), *file_.pixels, syntax, header_.layout.frames));
    }
    return {};
}

Result<PixelAccess> PixelAccess::over(std::span<const std::byte> bytes) {
    auto parsed = parse_dicom_file(bytes, bytes.size());
    if (!parsed) return fail(parsed.error().error);
    PixelAccess access;
    access.bytes_ = bytes;
    access.file_ = std::move(*parsed);
    HZ_TRY(access.prepare());
    return access;
}

Result<PixelAccess> PixelAccess::open(const std::filesystem::path& path, std::vector<std::byte> buffer) {
    HZ_ASSIGN(FileReader reader, FileReader::open(path));
    PixelAccess access;
    bool whole = reader.size() <= kWholeFileBytes;
    if (!whole) {
        auto header = load_header(reader);
        if (!header) return fail(header.error().error);
        whole = !header->file.pixels || header->file.syntax->coding != PixelCoding::kNative ||
                header->file.syntax->deflated;
        if (!whole) {
            access.buffer_ = std::move(header->bytes);
            access.bytes_ = access.buffer_;
            access.file_ = std::move(header->file);
        }
    }
    if (whole) {
        access.buffer_ = std::move(buffer);
        access.buffer_.resize(reader.size());
        HZ_TRY(reader.read(0, access.buffer_));
        access.bytes_ = access.buffer_;
        auto parsed = parse_dicom_file(access.bytes_, access.bytes_.size());
        if (!parsed) return fail(parsed.error().error);
        access.file_ = std::move(*parsed);
    } else {
        access.reader_.emplace(std::move(reader));
    }
    HZ_TRY(access.prepare());
    return access;
}

Result<Sha256Digest> PixelAccess::sha256_of_file() const {
    if (!reader_) return sha256(bytes_);
    Sha256 hash;
    std::vector<std::byte> chunk(std::size_t{1} << 20);
    for (std::size_t at = 0; at < reader_->size(); at += chunk.size()) {
        chunk.resize(std::min(chunk.size(), reader_->size() - at));
        HZ_TRY(reader_->read(at, chunk));
        hash.update(chunk);
    }
    return hash.finish();
}

Result<std::span<const std::byte>> PixelAccess::frame(std::size_t index, FrameScratch& scratch) const {
    const PixelLayout& layout = header_.layout;
    HZ_CHECK(index < static_cast<std::size_t>(layout.frames), "a frame of this file");
    const std::size_t length = layout.frame_bytes();
    if (pieces_.empty()) {
        const std::size_t at = file_.pixels->offset + index * length;
        if (!reader_) return pixel_bytes().subspan(at, length);
        scratch.raw.resize(length);
        HZ_TRY(reader_->read(at, scratch.raw));
        return std::span<const std::byte>(scratch.raw);
    }
    const std::vector<Piece>& pieces = pieces_[index];
    std::span<const std::byte> stream = pixel_bytes().subspan(pieces.front().offset, pieces.front().length);
    if (pieces.size() > 1) {
        scratch.joined.clear();
        for (const Piece& piece : pieces) {
            const auto part = pixel_bytes().subspan(piece.offset, piece.length);
            scratch.joined.insert(scratch.joined.end(), part.begin(), part.end());
        }
        stream = scratch.joined;
    }
    if (file_.syntax->coding == PixelCoding::kEncapsulatedNative) {
        if (stream.size() < length) return broken("has a frame that is cut short");
        return stream.first(length);
    }
    HZ_TRY(decode_frame(*file_.syntax, layout, stream, scratch.raw));
    return std::span<const std::byte>(scratch.raw);
}

}  // namespace huizhen::imaging
