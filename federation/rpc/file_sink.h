#pragma once

// The folder of FileObjects, and one object on its way into it.

#include <atomic>
#include <mutex>
#include <set>

#include <huizhen/base/sha256.h>
#include <huizhen/files/descriptor.h>
#include <huizhen/rpc/file_objects.h>

namespace huizhen::rpc {

struct FileObjects::Impl {
    std::filesystem::path object_path(const Sha256Digest& digest) const;
    // Without its ending: ".part" holds the bytes, ".durable" how many of them count after a crash.
    std::filesystem::path part_stem(const Sha256Digest& digest, std::string_view owner) const;
    Status take_room(std::uint64_t bytes);

    std::filesystem::path root;
    std::uint64_t quota = 0;  // 0: none
    std::atomic<std::uint64_t> used = 0;
    std::mutex mutex;  // guards open_parts
    std::set<std::string> open_parts;
};

// Beginning of the file names of an owner's parts.
std::string owner_mark(std::string_view owner);

class FileSink final : public ObjectSink {
  public:
    // Makes the part, or hashes what is durable of it.
    static Result<std::unique_ptr<FileSink>> open(std::shared_ptr<FileObjects::Impl> folder,
                                                  const Sha256Digest& digest, std::uint64_t size,
                                                  std::string_view owner);
    ~FileSink() override;  // flushes

    std::uint64_t durable() const override { return durable_; }
    Status write(std::span<const std::uint8_t> bytes) override;
    Status flush() override;
    Status commit() override;

  private:
    FileSink() = default;
    Status resume();

    std::shared_ptr<FileObjects::Impl> folder_;  // shared with FileObjects and the other sinks
    Sha256Digest digest_{};
    std::uint64_t size_ = 0;
    std::filesystem::path stem_;
    files::Descriptor part_;
    files::Descriptor mark_;
    Sha256 hash_;
    std::uint64_t written_ = 0;
    std::uint64_t durable_ = 0;
    bool broken_ = false;  // a write failed: nothing about the tail is known
};

}  // namespace huizhen::rpc
