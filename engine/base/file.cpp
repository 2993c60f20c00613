#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <huizhen/base/file.h>
#include <huizhen/base/ids.h>

namespace huizhen {
namespace {

class Descriptor {
  public:
    explicit Descriptor(int fd) : fd_(fd) {}
    ~Descriptor() {
        if (fd_ >= 0) ::close(fd_);
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    int get() const { return fd_; }

  private:
    int fd_;
};

tl::unexpected<Error> system_failure(const std::string& what, const std::filesystem::path& path) {
    const int number = errno;
    const std::string message = what + " " + path.string() + ": " + std::strerror(number);
    if (number == ENOENT || number == ENOTDIR) return fail(ErrorCode::kNotFound, message);
    if (number == EACCES || number == EPERM || number == EROFS)
        return fail(ErrorCode::kPermissionDenied, message);
    return fail(ErrorCode::kIo, message);
}

Status write_all(int fd, std::span<const std::byte> bytes, const std::filesystem::path& path) {
    while (!bytes.empty()) {
        const ssize_t written = ::write(fd, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return system_failure("cannot write", path);
        bytes = bytes.subspan(static_cast<std::size_t>(written));
    }
    if (::fsync(fd) != 0) return system_failure("cannot flush", path);
    return {};
}

}  // namespace

Result<std::vector<std::byte>> read_file(const std::filesystem::path& path, std::size_t max_bytes) {
    // Non-blocking, so that a pipe without a writer is refused instead of waited for.
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (file.get() < 0) return system_failure("cannot open", path);
    struct stat info {};
    if (::fstat(file.get(), &info) != 0) return system_failure("cannot read", path);
    if (!S_ISREG(info.st_mode)) return fail(ErrorCode::kInvalidArgument, path.string() + " is not a file");
    if (static_cast<std::uint64_t>(info.st_size) > max_bytes) {
        return fail(ErrorCode::kLimitExceeded, path.string() + " holds " + std::to_string(info.st_size) +
                                                   " bytes; the limit is " + std::to_string(max_bytes));
    }
    std::vector<std::byte> bytes(static_cast<std::size_t>(info.st_size));
    std::size_t filled = 0;
    while (filled < bytes.size()) {
        const ssize_t count = ::read(file.get(), bytes.data() + filled, bytes.size() - filled);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return system_failure("cannot read", path);
        if (count == 0) break;  // it shrank meanwhile
        filled += static_cast<std::size_t>(count);
    }
    bytes.resize(filled);
    return bytes;
}

Status write_file_atomically(const std::filesystem::path& path, std::span<const std::byte> bytes,
                             Readers readers) {
    const std::filesystem::path folder = path.has_parent_path() ? path.parent_path() : ".";
    const std::filesystem::path temporary =
        folder / ("." + path.filename().string() + "." + random_id() + ".part");
    {
        const mode_t mode = readers == Readers::kOwner ? 0600 : 0644;
        const Descriptor file(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode));
        if (file.get() < 0) return system_failure("cannot create", path);
        if (Status written = write_all(file.get(), bytes, path); !written) {
            ::unlink(temporary.c_str());
            return written;
        }
    }
    if (::rename(temporary.c_str(), path.c_str()) != 0) {
        auto failure = system_failure("cannot replace", path);
        ::unlink(temporary.c_str());
        return failure;
    }
    const Descriptor directory(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (directory.get() < 0 || ::fsync(directory.get()) != 0) return system_failure("cannot flush", folder);
    return {};
}

Status write_file_atomically(const std::filesystem::path& path, std::string_view text) {
    return write_file_atomically(path, std::as_bytes(std::span(text.data(), text.size())));
}

}  // namespace huizhen
