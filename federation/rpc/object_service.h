#pragma once

// The coordinator's end of the transfers. gRPC's threads never touch the disk: a transfer has at most one
// task on the executor at a time, and reads on from the network when it is done.

#include <memory>

#include <huizhen/base/executor.h>
#include <huizhen/rpc/objects.h>

#include "live_calls.h"
#include "refusal_log.h"
#include "task_count.h"

namespace grpc {
class Service;
}

namespace huizhen::rpc {

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
