#include <cerrno>
#include <cstdlib>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <huizhen/base/sha256.h>
#include <huizhen/files/descriptor.h>
#include <huizhen/vault/master_key.h>

namespace huizhen::vault {

namespace {

constexpr std::string_view kPrefix = "huizhen-master-key-1 ";
constexpr std::size_t kLineBytes = kPrefix.size() + 64 + 1 + 16;
using Line = Secret<kLineBytes + 1>;  // and the end of the line

int digit(std::uint8_t c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

bool from_hex(std::span<const std::uint8_t> text, std::span<std::uint8_t> bytes) {
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        const int high = digit(text[2 * i]), low = digit(text[2 * i + 1]);
        if (high < 0 || low < 0) return false;
        bytes[i] = static_cast<std::uint8_t>(high << 4 | low);
    }
    return true;
}

void to_hex_line(std::span<const std::uint8_t> bytes, std::span<std::uint8_t> text) {
    static constexpr char kDigits[] = "0123456789abcdef";
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        text[2 * i] = static_cast<std::uint8_t>(kDigits[bytes[i] >> 4]);
        text[2 * i + 1] = static_cast<std::uint8_t>(kDigits[bytes[i] & 15]);
    }
}

enum class Place { kFile, kCredential };

Status check_private(const files::Descriptor& file, const std::filesystem::path& path, Place place) {
    struct stat info {};
    if (::fstat(file.get(), &info) != 0) return fail(files::system_error(errno, "cannot read", path));
    if (!S_ISREG(info.st_mode)) {
        return fail(ErrorCode::kMalformedInput, "key-malformed: " + path.string() + " is not a file");
    }
    // systemd gives a service's user the right by an access list, whose mask stands where the group's bits
    // are.
    const mode_t forbidden = place == Place::kCredential ? 0037 : 0077;
    if ((info.st_mode & forbidden) != 0) {
        return fail(ErrorCode::kPermissionDenied,
                    "key-exposed: others may read or write " + path.string() + "; chmod 600 it");
    }
    if (info.st_uid != ::geteuid() && info.st_uid != 0) {
        return fail(ErrorCode::kPermissionDenied,
                    "key-exposed: " + path.string() + " belongs to another user");
    }
    return {};
}

Result<MasterKey> read_from(const std::filesystem::path& path, Place place) {
    HZ_ASSIGN(const files::Descriptor file, files::open_file(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK));
    HZ_TRY(check_private(file, path, place));
    Line line;
    std::size_t filled = 0;
    while (filled < line.bytes().size()) {
        HZ_ASSIGN(const std::size_t count,
                  files::read_some(file, line.mutable_bytes().subspan(filled), path));
        if (count == 0) break;
        filled += count;
    }
    std::uint8_t beyond = 0;
    HZ_ASSIGN(const std::size_t more, files::read_some(file, std::span(&beyond, 1), path));
    const auto text = line.bytes();
    const bool ended = filled == kLineBytes || (filled == kLineBytes + 1 && text[kLineBytes] == '\n');
    Key key;
    KeyId id{};
    if (!ended || more != 0 || !std::equal(kPrefix.begin(), kPrefix.end(), text.begin()) ||
        text[kPrefix.size() + 64] != ' ' ||
        !from_hex(text.subspan(kPrefix.size(), 64), key.mutable_bytes()) ||
        !from_hex(text.subspan(kPrefix.size() + 65, 16), id)) {
        return fail(ErrorCode::kMalformedInput, "key-malformed: " + path.string() + " holds no master key");
    }
    MasterKey master(std::move(key));
    if (master.id() != id) {
        return fail(ErrorCode::kIntegrity, "key-mistyped: the key in " + path.string() + " is not key " +
                                               to_hex(id) + ", as its line says");
    }
    return master;
}

}  // namespace

MasterKey MasterKey::generate(RandomSource& random) {
    Key key;
    random.fill(key.mutable_bytes());
    return MasterKey(std::move(key));
}

Result<MasterKey> read_master_key(const std::filesystem::path& path) { return read_from(path, Place::kFile); }

Status write_master_key(const std::filesystem::path& path, const MasterKey& key) {
    Line line;
    const auto text = line.mutable_bytes();
    std::copy(kPrefix.begin(), kPrefix.end(), text.begin());
    to_hex_line(key.key().bytes(), text.subspan(kPrefix.size(), 64));
    text[kPrefix.size() + 64] = ' ';
    to_hex_line(key.id(), text.subspan(kPrefix.size() + 65, 16));
    text[kLineBytes] = '\n';
    HZ_ASSIGN(const files::Descriptor file, files::open_file(path, O_WRONLY | O_CREAT | O_EXCL));
    Status written = files::write_all(file, line.bytes(), path);
    if (written) written = files::sync_file(file, path);
    if (!written) {
        ::unlink(path.c_str());
        return written;
    }
    return files::sync_folder(path.has_parent_path() ? path.parent_path() : ".");
}

Result<MasterKey> find_master_key(const std::optional<std::filesystem::path>& credentials,
                                  const std::filesystem::path& file) {
    if (credentials) {
        const auto path = *credentials / kMasterKeyName;
        std::error_code ignored;
        if (std::filesystem::exists(path, ignored)) return read_from(path, Place::kCredential);
    }
    return read_from(file, Place::kFile);
}

std::optional<std::filesystem::path> credentials_directory() {
    const char* folder = std::getenv("CREDENTIALS_DIRECTORY");
    if (folder == nullptr || *folder == '\0') return std::nullopt;
    return folder;
}

}  // namespace huizhen::vault
