#pragma once

// Objects as files of one folder, which one process uses at a time:
//   objects/ab/abcd...            whole, named by SHA-256
//   incoming/abcd....OWNER.part   half: the first durable() bytes of it count after a crash
// A part is written, flushed, renamed and its folder flushed before success is said.

#include <filesystem>
#include <memory>

#include <huizhen/rpc/objects.h>

namespace huizhen::rpc {

class FileObjects final : public ObjectStore {
  public:
    // Makes the folder where it is absent. `quota_bytes`: of all objects and parts together; 0: the disk's.
    static Result<std::unique_ptr<FileObjects>> open_folder(const std::filesystem::path& root,
                                                            std::uint64_t quota_bytes = 0);
    ~FileObjects() override;

    Result<std::unique_ptr<ObjectSource>> open(const Sha256Digest& digest) override;
    Result<std::uint64_t> durable(const Sha256Digest& digest, std::string_view owner) override;
    bool contains(const Sha256Digest& digest) override;
    Result<std::unique_ptr<ObjectSink>> receive(const Sha256Digest& digest, std::uint64_t size,
                                                std::string_view owner) override;

    // Takes in bytes of this machine's own making; returns their name.
    Result<Sha256Digest> add(std::span<const std::uint8_t> bytes);
    // What this process has hashed as it made it, and is not hashed again. The file must lie on the folder's
    // disk: it is renamed, and gone from `path` when this succeeds.
    Status add(std::span<const std::uint8_t> bytes, const Sha256Digest& digest);
    Status take_over(const std::filesystem::path& path, const Sha256Digest& digest);
    // Where a whole object lies: to be read, never written.
    std::filesystem::path path_of(const Sha256Digest& digest) const;

    Status remove(const Sha256Digest& digest);
    // What a crash has left behind: objects and halves of them that nobody knows. Before anything is moved.
    Status keep_only(std::span<const Sha256Digest> known);
    // Half objects of `owner`, as when a round ends; of everybody where it is empty.
    Status remove_parts(std::string_view owner);
    std::uint64_t used_bytes() const;

    struct Impl;  // file_sink.h

  private:
    explicit FileObjects(std::shared_ptr<Impl> impl);
    std::shared_ptr<Impl> impl_;  // shared with open sinks, which give their part back to it
};

}  // namespace huizhen::rpc
