#include <zlib.h>

#include <huizhen/node/cohorts/npz.h>

namespace huizhen::node {
namespace {

constexpr std::uint32_t kEndSignature = 0x06054b50, kCentralSignature = 0x02014b50,
                        kLocalSignature = 0x04034b50;
constexpr std::size_t kEndSize = 22, kCentralSize = 46, kLocalSize = 30;
constexpr std::uint16_t kStored = 0, kDeflated = 8, kEncryptedFlag = 1;

std::uint32_t u16(std::span<const std::byte> b, std::size_t at) {
    return std::to_integer<std::uint32_t>(b[at]) | std::to_integer<std::uint32_t>(b[at + 1]) << 8;
}
std::uint32_t u32(std::span<const std::byte> b, std::size_t at) { return u16(b, at) | u16(b, at + 2) << 16; }

tl::unexpected<Error> broken(const std::string& what) {
    return fail(ErrorCode::kMalformedInput, "ZIP archive: " + what);
}

struct Member {
    std::string name;
    std::uint32_t method = 0, flags = 0, crc = 0, stored_size = 0, size = 0, local_offset = 0;
};

Result<std::size_t> find_end(std::span<const std::byte> archive) {
    if (archive.size() < kEndSize) return broken("too short");
    const std::size_t last = archive.size() - kEndSize;
    const std::size_t first = last > 65535 ? last - 65535 : 0;  // a comment of up to 65535 bytes may follow
    for (std::size_t at = last + 1; at-- > first;) {
        if (u32(archive, at) == kEndSignature) return at;
    }
    return broken("no end of central directory");
}

Result<std::vector<Member>> read_directory(std::span<const std::byte> archive) {
    HZ_ASSIGN(const std::size_t end, find_end(archive));
    const std::size_t count = u16(archive, end + 10), offset = u32(archive, end + 16);
    if (count > kMaxArchiveMembers) return fail(ErrorCode::kLimitExceeded, "ZIP archive: too many members");
    std::vector<Member> members;
    std::size_t at = offset;
    for (std::size_t k = 0; k < count; ++k) {
        if (at > end || end - at < kCentralSize || u32(archive, at) != kCentralSignature) {
            return broken("the central directory is damaged");
        }
        const std::size_t name_size = u16(archive, at + 28), extra = u16(archive, at + 30),
                          comment = u16(archive, at + 32);
        if (end - at - kCentralSize < name_size + extra + comment)
            return broken("the central directory is cut off");
        Member member;
        member.flags = u16(archive, at + 8);
        member.method = u16(archive, at + 10);
        member.crc = u32(archive, at + 16);
        member.stored_size = u32(archive, at + 20);
        member.size = u32(archive, at + 24);
        member.local_offset = u32(archive, at + 42);
        const auto name = archive.subspan(at + kCentralSize, name_size);
        member.name.assign(reinterpret_cast<const char*>(name.data()), name.size());
        members.push_back(std::move(member));
        at += kCentralSize + name_size + extra + comment;
    }
    return members;
}

Result<std::vector<std::byte>> inflate_raw(std::span<const std::byte> packed, std::size_t size) {
    std::vector<std::byte> out(size);
    z_stream stream{};
    if (inflateInit2(&stream, -MAX_WBITS) != Z_OK)
        return fail(ErrorCode::kOutOfMemory, "zlib could not start");
    std::byte nothing{};
    stream.next_in =
        const_cast<Bytef*>(reinterpret_cast<const Bytef*>(packed.data()));  // zlib does not write to it
    stream.avail_in = static_cast<uInt>(packed.size());
    stream.next_out = reinterpret_cast<Bytef*>(size > 0 ? out.data() : &nothing);
    stream.avail_out = static_cast<uInt>(size);
    const int status = inflate(&stream, Z_FINISH);
    const std::size_t written = stream.total_out;
    inflateEnd(&stream);
    if (status != Z_STREAM_END || written != size)
        return broken("a member does not inflate to its stated size");
    return out;
}

Result<std::vector<std::byte>> read_member(std::span<const std::byte> archive, const Member& member) {
    if ((member.flags & kEncryptedFlag) != 0)
        return fail(ErrorCode::kUnsupported, "ZIP archive: encrypted member");
    if (member.size > kMaxMemberBytes)
        return fail(ErrorCode::kLimitExceeded, "ZIP archive: a member is too large");
    const std::size_t at = member.local_offset;
    if (at > archive.size() || archive.size() - at < kLocalSize || u32(archive, at) != kLocalSignature) {
        return broken("a member is not where the directory says");
    }
    const std::size_t data = at + kLocalSize + u16(archive, at + 26) + u16(archive, at + 28);
    if (data > archive.size() || archive.size() - data < member.stored_size)
        return broken("a member is cut off");
    const auto packed = archive.subspan(data, member.stored_size);
    std::vector<std::byte> bytes;
    if (member.method == kStored) {
        if (member.size != member.stored_size) return broken("a stored member has two sizes");
        bytes.assign(packed.begin(), packed.end());
    } else if (member.method == kDeflated) {
        HZ_ASSIGN(bytes, inflate_raw(packed, member.size));
    } else {
        return fail(ErrorCode::kUnsupported,
                    "ZIP archive: compression method " + std::to_string(member.method));
    }
    const auto crc = crc32(0, reinterpret_cast<const Bytef*>(bytes.data()), static_cast<uInt>(bytes.size()));
    if (crc != member.crc)
        return fail(ErrorCode::kIntegrity, "ZIP archive: a member does not match its CRC-32");
    return bytes;
}

}  // namespace

Result<std::map<std::string, std::vector<std::byte>>> read_zip(std::span<const std::byte> archive) {
    if (archive.size() > kMaxArchiveBytes) return fail(ErrorCode::kLimitExceeded, "ZIP archive: too large");
    HZ_ASSIGN(const auto members, read_directory(archive));
    std::map<std::string, std::vector<std::byte>> contents;
    std::size_t total = 0;
    for (const Member& member : members) {
        HZ_ASSIGN(auto bytes, read_member(archive, member));
        total += bytes.size();
        if (total > kMaxArchiveBytes)
            return fail(ErrorCode::kLimitExceeded, "ZIP archive: inflates to too much");
        if (!contents.emplace(member.name, std::move(bytes)).second) return broken("two members of one name");
    }
    return contents;
}

}  // namespace huizhen::node
