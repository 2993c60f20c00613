#pragma once

// Models and updates on their way: where the bytes come from, where they go, and who may have them.

#include <cstdint>
#include <memory>
#include <span>

#include <huizhen/base/result.h>
#include <huizhen/base/sha256.h>
#include <huizhen/rpc/frame.h>

namespace huizhen::rpc {

// An object that is read. One thread at a time.
class ObjectSource {
  public:
    virtual ~ObjectSource() = default;
    virtual std::uint64_t size() const = 0;
    // Fills `into` from `offset`, up to the end of the object: as many bytes as are left, at most
    // into.size().
    virtual Result<std::size_t> read(std::uint64_t offset, std::span<std::uint8_t> into) = 0;
};

// An object that is written, from durable() on. One thread at a time. Destroyed before commit(), it keeps
// what is durable, so that the next sink of the same object goes on there.
class ObjectSink {
  public:
    virtual ~ObjectSink() = default;
    virtual std::uint64_t durable() const = 0;
    // The next bytes, in order. "no-space" when the disk or the quota is full.
    virtual Status write(std::span<const std::uint8_t> bytes) = 0;
    // After it, what was written survives a crash.
    virtual Status flush() = 0;
    // The whole object is there: checks size and digest, makes it durable, gives it its name. "wrong-digest"
    // throws away what was received.
    virtual Status commit() = 0;
};

// Where objects are kept. Any thread.
class ObjectStore {
  public:
    virtual ~ObjectStore() = default;
    // kNotFound where it is not there whole.
    virtual Result<std::unique_ptr<ObjectSource>> open(const Sha256Digest& digest) = 0;
    // Bytes that are there of an object `owner` sends; its size where it is there whole; 0 where nothing is.
    virtual Result<std::uint64_t> durable(const Sha256Digest& digest, std::string_view owner) = 0;
    virtual bool contains(const Sha256Digest& digest) = 0;
    // `owner` keeps the half objects of two senders apart. "busy" where a sink of the same object is open.
    virtual Result<std::unique_ptr<ObjectSink>> receive(const Sha256Digest& digest, std::uint64_t size,
                                                        std::string_view owner) = 0;
};

// Which site may have what. Any thread, called once a transfer, must be quick.
class ObjectAuthoriser {
  public:
    virtual ~ObjectAuthoriser() = default;
    virtual Status may_get(const SiteId& site, const Sha256Digest& digest) const = 0;
    // The size an upload of `site` may have at most, as the round's Upload message announced it;
    // "not-expected".
    virtual Result<std::uint64_t> may_put(const SiteId& site, const Sha256Digest& digest) const = 0;
    // All of it is there and has the digest. After it, may_put() may say no.
    virtual void received(const SiteId& site, const Sha256Digest& digest) = 0;
};

// Bytes of one transfer: at the server for every site, at the node for its own. Any thread, must be quick.
class TransferObserver {
  public:
    virtual ~TransferObserver() = default;
    // Upwards: the site puts. `done` of `total` bytes, counted from the object's start.
    virtual void moved(const SiteId& site, const Sha256Digest& digest, bool upwards, std::uint64_t done,
                       std::uint64_t total) = 0;
};

}  // namespace huizhen::rpc
