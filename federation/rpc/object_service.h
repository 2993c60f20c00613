#pragma once

// The coordinator's end of the transfers. gRPC's threads never touch the disk: a transfer has at most one
// task on the executor at a time, and reads on from the network when it is done.

#include <condition_variable>
#include <memory>

#include <huizhen/base/executor.h>
#include <huizhen/rpc/objects.h>

#include "live_calls.h"
#include "refusal_log.h"

namespace grpc {
class Service;
}

namespace huizhen::rpc {

// Tasks on somebody else's executor that still use the server. Any thread.
class TaskCount {
  public:
    void enter();
    void leave();
    void wait_for_none();

  private:
    std::mutex mutex_;  // guards count_
    std::condition_variable none_;
    std::size_t count_ = 0;
};

struct ObjectHub {
    ObjectStore& store;
    ObjectAuthoriser& authoriser;
    Executor& disk;
    TransferObserver* observer;  // may be null
    const Limits& limits;
    RefusalLog& log;
    LiveCalls calls{};
    TaskCount tasks{};

    void moved(const SiteId& site, const Sha256Digest& digest, bool upwards, std::uint64_t done,
               std::uint64_t total) const {
        if (observer != nullptr) observer->moved(site, digest, upwards, done, total);
    }
};

Result<Sha256Digest> digest_of(const std::string& bytes);

std::unique_ptr<grpc::Service> object_service(ObjectHub& hub);

}  // namespace huizhen::rpc
