#pragma once

// One attempt at moving one object, on the calling thread.

#include <memory>

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>

#include <huizhen/rpc/node_link.h>

namespace huizhen::rpc {

struct Attempt {
    std::shared_ptr<grpc::Channel> channel;
    grpc::ClientContext context;
    // Bytes done and all of them; called as they move.
    std::function<void(std::uint64_t done, std::uint64_t total)> moved;
};

// Error: the call's own, or what the store, the source or the object said.
Result<grpc::Status> fetch_once(Attempt& attempt, const Sha256Digest& digest, ObjectStore& into);
Result<grpc::Status> put_once(Attempt& attempt, const Sha256Digest& digest, ObjectSource& from);

}  // namespace huizhen::rpc
