#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <unistd.h>

#include <huizhen/files/descriptor.h>

namespace huizhen::files {

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
    if (this != &other) {
        close();
        fd_ = other.fd_;
        other.fd_ = -1;
    }
    return *this;
}

void Descriptor::close() {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
}

Error system_error(int number, std::string_view what, const std::filesystem::path& path) {
    const std::string text = std::string(what) + " " + path.string() + ": " + std::strerror(number);
    switch (number) {
        case ENOSPC:
        case EDQUOT: return Error(ErrorCode::kIo, "disk-full: " + text + "; free some space");
        case EFBIG:
            return Error(ErrorCode::kIo, "disk-full: " + std::string(what) + " " + path.string() + ": " +
                                             std::string(kFileTooLarge));
        case EROFS: return Error(ErrorCode::kPermissionDenied, "read-only: " + text);
        case EACCES:
        case EPERM: return Error(ErrorCode::kPermissionDenied, "not-allowed: " + text);
        case ENOENT:
        case ENOTDIR: return Error(ErrorCode::kNotFound, "not-found: " + text);
        case EEXIST: return Error(ErrorCode::kInvalidArgument, "already-there: " + text);
        default: return Error(ErrorCode::kIo, "io: " + text);
    }
}

Result<Descriptor> open_file(const std::filesystem::path& path, int flags) {
    Descriptor file(::open(path.c_str(), flags | O_CLOEXEC, 0600));
    if (!file.is_open()) return fail(system_error(errno, "cannot open", path));
    return file;
}

Status write_all(const Descriptor& file, std::span<const std::uint8_t> bytes,
                 const std::filesystem::path& path) {
    while (!bytes.empty()) {
        const ssize_t written = ::write(file.get(), bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return fail(system_error(errno, "cannot write", path));
        bytes = bytes.subspan(static_cast<std::size_t>(written));
    }
    return {};
}

Result<std::size_t> read_some(const Descriptor& file, std::span<std::uint8_t> into,
                              const std::filesystem::path& path) {
    while (true) {
        const ssize_t count = ::read(file.get(), into.data(), into.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return fail(system_error(errno, "cannot read", path));
        return static_cast<std::size_t>(count);
    }
}

Status sync_file(const Descriptor& file, const std::filesystem::path& path) {
    if (::fsync(file.get()) != 0) return fail(system_error(errno, "cannot flush", path));
    return {};
}

Status sync_folder(const std::filesystem::path& folder) {
    HZ_ASSIGN(const Descriptor directory, open_file(folder, O_RDONLY | O_DIRECTORY));
    return sync_file(directory, folder);
}

}  // namespace huizhen::files
