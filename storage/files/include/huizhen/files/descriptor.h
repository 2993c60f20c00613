#pragma once

// Open files and what can go wrong with them, named: the pieces that streams, locks and databases share.
// Whole small files are read and written by huizhen/base/file.h.

#include <cstdint>
#include <filesystem>
#include <span>
#include <string_view>

#include <huizhen/base/result.h>

namespace huizhen::files {

// Owns a file descriptor; closed with it. One thread at a time.
class Descriptor {
  public:
    Descriptor() = default;
    explicit Descriptor(int fd) : fd_(fd) {}
    ~Descriptor() { close(); }
    Descriptor(Descriptor&& other) noexcept : fd_(other.fd_) { other.fd_ = -1; }
    Descriptor& operator=(Descriptor&& other) noexcept;

    int get() const { return fd_; }
    bool is_open() const { return fd_ >= 0; }
    void close();

  private:
    int fd_ = -1;
};

// Where there is room, and yet a file may not grow (EFBIG).
inline constexpr std::string_view kFileTooLarge =
    "file too large: it has reached the limit on the size of files (ulimit -f)";

// "disk-full: cannot write /var/lib/huizhen/x: No space left on device; free some space". The first word is
// stable: disk-full, read-only, not-allowed, not-found, already-there, io.
Error system_error(int number, std::string_view what, const std::filesystem::path& path);

// Flags as open(2)'s, O_CLOEXEC always; made with mode 0600.
Result<Descriptor> open_file(const std::filesystem::path& path, int flags);

Status write_all(const Descriptor& file, std::span<const std::uint8_t> bytes,
                 const std::filesystem::path& path);
// At least one byte, or 0 at the end of the file.
Result<std::size_t> read_some(const Descriptor& file, std::span<std::uint8_t> into,
                              const std::filesystem::path& path);

// Returns when the disk has it. After a failure nothing about the file's content is known: write it anew.
Status sync_file(const Descriptor& file, const std::filesystem::path& path);
Status sync_folder(const std::filesystem::path& folder);

}  // namespace huizhen::files
