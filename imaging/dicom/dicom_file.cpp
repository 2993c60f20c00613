#include "dicom_file.h"

#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <huizhen/dicom/limits.h>

namespace huizhen::imaging {
namespace {

constexpr std::size_t kPreambleBytes = 128;
constexpr std::size_t kMagicEnd = 132;
constexpr std::uint16_t kMetaGroup = 0x0002;
constexpr Tag kMediaStorageSopClassUid = make_tag(0x0002, 0x0002);
constexpr Tag kTransferSyntaxUid = make_tag(0x0002, 0x0010);

tl::unexpected<FileFailure> refuse(ErrorCode code, std::string message, bool is_dicom = true) {
    return tl::unexpected(
        FileFailure{Error(code, std::move(message)), FileFailure::Needs::kNothing, is_dicom, {}});
}

tl::unexpected<FileFailure> stopped(const ParseFailure& failure) {
    const auto needs = failure.needs_more ? FileFailure::Needs::kMore : FileFailure::Needs::kNothing;
    return tl::unexpected(FileFailure{failure.error, needs, true, {}});
}

bool is_upper_pair(std::span<const std::byte> bytes, std::size_t at) {
    const auto upper = [](std::byte b) { return b >= std::byte{'A'} && b <= std::byte{'Z'}; };
    return upper(bytes[at]) && upper(bytes[at + 1]);
}

// For a data set that nothing declares: its first element tells byte order and VR form, or that it is no
// DICOM.
std::optional<std::string_view> recognise_encoding(std::span<const std::byte> bytes, std::size_t at) {
    if (bytes.size() < at + 8) return std::nullopt;
    const auto b = [&](std::size_t i) { return std::to_integer<unsigned>(bytes[at + i]); };
    const auto plausible = [](unsigned group) {
        return group == 0x0002 || group == 0x0004 || group == 0x0008;
    };
    const bool has_vr = is_upper_pair(bytes, at + 4);
    if (plausible(b(0) | (b(1) << 8)) && b(3) == 0) {
        return has_vr ? transfer_syntaxes::kExplicitLittleEndian : transfer_syntaxes::kImplicitLittleEndian;
    }
    if (plausible((b(0) << 8) | b(1)) && b(2) == 0 && has_vr) return transfer_syntaxes::kExplicitBigEndian;
    return std::nullopt;
}

// Raw deflate (RFC 1951), as PS3.5 A.5 has it; some writers add a zlib header.
Result<std::vector<std::byte>> inflate_all(std::span<const std::byte> packed) {
    if (packed.size() > std::numeric_limits<uInt>::max()) {
        return fail(ErrorCode::kLimitExceeded, "the deflated data set is longer than is read");
    }
    z_stream stream{};
    const bool zlib_header =
        packed.size() > 2 && packed[0] == std::byte{0x78} &&
        (std::to_integer<unsigned>(packed[0]) * 256 + std::to_integer<unsigned>(packed[1])) % 31 == 0;
    if (inflateInit2(&stream, zlib_header ? MAX_WBITS : -MAX_WBITS) != Z_OK) {
        return fail(ErrorCode::kOutOfMemory, "no memory to inflate the data set");
    }
    const std::unique_ptr<z_stream, int (*)(z_stream*)> closer(&stream, inflateEnd);
    const std::size_t limit =
        std::min(kMaxInflatedBytes, std::max(kFreeInflatedBytes, kMaxInflationRatio * packed.size()));
    std::vector<std::byte> out;
    std::vector<std::byte> chunk(std::size_t{1} << 18);
    // zlib's interface is not const-correct; it does not write to next_in.
    stream.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(packed.data()));
    stream.avail_in = static_cast<uInt>(packed.size());
    int status = Z_OK;
    while (status == Z_OK) {
        stream.next_out = reinterpret_cast<Bytef*>(chunk.data());
        stream.avail_out = static_cast<uInt>(chunk.size());
        status = inflate(&stream, Z_NO_FLUSH);
        const std::size_t got = chunk.size() - stream.avail_out;
        if (out.size() + got > limit) {
            return fail(ErrorCode::kLimitExceeded, "the deflated data set grows beyond what is read");
        }
        out.insert(out.end(), chunk.begin(), chunk.begin() + static_cast<std::ptrdiff_t>(got));
    }
    if (status != Z_STREAM_END) {
        return fail(ErrorCode::kMalformedInput, "the deflated data set is broken or cut short");
    }
    return out;
}

// Skips the file meta information, and says which transfer syntax it names.
struct MetaInformation {
    std::size_t end = 0;
    std::string syntax_uid, sop_class_uid;
};

tl::expected<MetaInformation, FileFailure> parse_meta(std::span<const std::byte> bytes,
                                                      std::size_t total_size, std::size_t begin) {
    auto meta = parse_data_set(bytes, total_size, begin, Encoding{true, false}, kMetaGroup);
    if (!meta) return stopped({meta.error().error.within("file meta information"), meta.error().needs_more});
    return MetaInformation{meta->end, std::string(meta->data.text(kTransferSyntaxUid)),
                           std::string(meta->data.text(kMediaStorageSopClassUid))};
}

tl::expected<DicomFile, FileFailure> parse_body(DicomFile file, std::span<const std::byte> bytes,
                                                std::size_t total_size, std::size_t begin) {
    std::span<const std::byte> body = bytes;
    if (file.syntax->deflated) {
        if (bytes.size() < total_size) {
            const Error error(ErrorCode::kMalformedInput, "the deflated data set is cut short");
            return tl::unexpected(FileFailure{error, FileFailure::Needs::kWholeFile, true, {}});
        }
        auto inflated = inflate_all(bytes.subspan(begin));
        if (!inflated) return tl::unexpected(FileFailure{inflated.error(), {}, true, {}});
        file.inflated = std::move(*inflated);
        body = file.inflated;
        total_size = body.size();
        begin = 0;
    }
    auto parsed = parse_data_set(body, total_size, begin, file.syntax->encoding);
    if (!parsed) return stopped(parsed.error());
    file.data = std::move(parsed->data);
    file.pixels = parsed->pixels;
    return file;
}

}  // namespace

tl::expected<DicomFile, FileFailure> parse_dicom_file(std::span<const std::byte> bytes,
                                                      std::size_t total_size) {
    DicomFile file;
    file.has_preamble =
        bytes.size() >= kMagicEnd && std::memcmp(bytes.data() + kPreambleBytes, "DICM", 4) == 0;
    std::size_t begin = file.has_preamble ? kMagicEnd : 0;
    std::string syntax_uid;
    const auto first = recognise_encoding(bytes, begin);
    if (!file.has_preamble && !first) return refuse(ErrorCode::kMalformedInput, "not a DICOM file", false);
    if (first && bytes[begin] == std::byte{0x02} && bytes[begin + 1] == std::byte{0}) {
        auto meta = parse_meta(bytes, total_size, begin);
        if (!meta) return tl::unexpected(std::move(meta).error());
        begin = meta->end;
        syntax_uid = std::move(meta->syntax_uid);
        file.sop_class_uid = std::move(meta->sop_class_uid);
    }
    if (syntax_uid.empty()) {
        const auto recognised = recognise_encoding(bytes, begin);
        if (!recognised)
            return refuse(ErrorCode::kMalformedInput, "a DICOM preamble with no data set behind it");
        syntax_uid = *recognised;
        file.syntax_was_assumed = true;
    }
    file.data_set_begin = begin;
    file.syntax = find_transfer_syntax(syntax_uid);
    if (file.syntax == nullptr) {
        return refuse(ErrorCode::kUnsupported, "(0002,0010) names a transfer syntax that is not known here");
    }
    std::string sop_class_uid = file.sop_class_uid;
    auto parsed = parse_body(std::move(file), bytes, total_size, begin);
    if (!parsed) parsed.error().sop_class_uid = std::move(sop_class_uid);
    return parsed;
}

Result<FileReader> FileReader::open(const std::filesystem::path& path) {
    // Non-blocking, so that a pipe with a .dcm name cannot hold the reader up.
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (descriptor < 0) {
        const int reason = errno;
        const ErrorCode code = reason == EACCES || reason == EPERM ? ErrorCode::kPermissionDenied
                               : reason == ENOENT                  ? ErrorCode::kNotFound
                                                                   : ErrorCode::kIo;
        return fail(code, "cannot be opened: " + std::string(std::strerror(reason)));
    }
    FileReader reader(descriptor, 0);
    struct stat info {};
    if (::fstat(descriptor, &info) != 0 || !S_ISREG(info.st_mode))
        return fail(ErrorCode::kIo, "is not an ordinary file");
    reader.size_ = static_cast<std::size_t>(info.st_size);
    if (reader.size_ > kMaxFileBytes)
        return fail(ErrorCode::kLimitExceeded, "the file is larger than is read");
    return reader;
}

FileReader::~FileReader() {
    if (descriptor_ >= 0) ::close(descriptor_);
}

Status FileReader::read(std::size_t offset, std::span<std::byte> into) const {
    while (!into.empty()) {
        const auto got = ::pread(descriptor_, into.data(), into.size(), static_cast<off_t>(offset));
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return fail(ErrorCode::kIo, "cannot be read: " + std::string(std::strerror(errno)));
        if (got == 0) return fail(ErrorCode::kIo, "became shorter while it was read");
        offset += static_cast<std::size_t>(got);
        into = into.subspan(static_cast<std::size_t>(got));
    }
    return {};
}

tl::expected<LoadedHeader, FileFailure> load_header(const FileReader& reader) {
    // Headers of single CT slices fit the first read; functional groups of an Enhanced CT may need the next.
    std::size_t wanted = std::size_t{16} << 10;
    while (true) {
        const std::size_t count = std::min(wanted, reader.size());
        LoadedHeader header;
        header.bytes.resize(count);
        if (auto status = reader.read(0, header.bytes); !status)
            return tl::unexpected(FileFailure{status.error(), {}, true, {}});
        auto file = parse_dicom_file(header.bytes, reader.size());
        if (file) {
            header.file = std::move(*file);
            return header;
        }
        const auto needs = file.error().needs;
        if (needs == FileFailure::Needs::kNothing || count == reader.size())
            return tl::unexpected(file.error());
        if (needs == FileFailure::Needs::kMore && count >= kMaxHeaderBytes) {
            return refuse(ErrorCode::kLimitExceeded,
                          "the header before the pixel data is longer than is read");
        }
        wanted = needs == FileFailure::Needs::kMore ? std::min(kMaxHeaderBytes, wanted * 16) : reader.size();
    }
}

}  // namespace huizhen::imaging
