#pragma once

// Sealed files named by their content. On the disk:
//   format        "huizhen-objects 1 <id of the key of names>"
//   lock          held by the process that uses the store
//   incoming/     half written; emptied at opening
//   objects/ab/cd...  whole, always: 256 folders by the first two digits
// A file is written in incoming/, flushed, renamed, its folder flushed, and only then is success said.
// Inside the seal: one byte, 0 for plain and 1 for one zstd frame, then the content.

#include <filesystem>
#include <functional>

#include <huizhen/base/progress.h>
#include <huizhen/objects/reader.h>
#include <huizhen/objects/writer.h>
#include <huizhen/vault/key_ring.h>

namespace huizhen::objects {

// Any thread; the ring and the random source outlive the store.
class Store {
  public:
    // Makes the store where the folder is absent. kUnavailable, "in-use"; kUnsupported, "store-too-new";
    // kPermissionDenied, "wrong-key-ring".
    static Result<std::unique_ptr<Store>> open(const std::filesystem::path& root, const vault::KeyRing& ring,
                                               RandomSource& random);
    ~Store();
    Store(const Store&) = delete;
    Store& operator=(const Store&) = delete;

    Result<Writer> begin(Compression compression = Compression::kNone);
    Result<ObjectName> put(vault::BytesView bytes, Compression compression = Compression::kNone);

    // kNotFound, "no-such-object".
    Result<Reader> read(const ObjectName& name) const;
    // kLimitExceeded: it has more than `max_bytes`.
    Result<vault::Bytes> get(const ObjectName& name, std::size_t max_bytes) const;
    bool contains(const ObjectName& name) const;

    // Gone from the disk's folder when it returns; its data key goes with it.
    Status remove(const ObjectName& name);

    // All of them, in no order, whole or damaged. A visitor's error ends it and is returned.
    Status for_each(const std::function<Status(const ObjectName&)>& visit) const;

    struct Verdict {
        std::uint64_t whole = 0;
        std::vector<ObjectName> damaged;
    };
    // Reads everything there is.
    Result<Verdict> verify_all(ProgressSink& progress, const std::stop_token& stop) const;

  private:
    friend class Writer;
    friend class Reader;
    struct Impl;
    explicit Store(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace huizhen::objects
