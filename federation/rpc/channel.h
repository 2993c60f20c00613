#pragma once

// How a client's connection is made: TLS with a judged peer, proxy, keepalive.

#include <memory>
#include <mutex>
#include <optional>

#include <grpcpp/channel.h>
#include <grpcpp/security/credentials.h>

#include <huizhen/rpc/limits.h>
#include <huizhen/rpc/node_link.h>

namespace huizhen::rpc {

// What PeerCheck said of the other side's certificate, since gRPC's own text loses it. Any thread.
class Verdict {
  public:
    void set(std::optional<Error> error);
    std::optional<Error> error() const;

  private:
    mutable std::mutex mutex_;  // guards error_
    std::optional<Error> error_;
};

// `peers` outlives the channel. `verdict` is shared with the handshakes under way.
std::shared_ptr<grpc::Channel> secure_channel(const Endpoint& endpoint, const TlsIdentity& identity,
                                              const PeerCheck& peers, const Limits& limits,
                                              const std::shared_ptr<Verdict>& verdict);

// To whoever answers: for what is compared by its hash and needs no secrecy.
std::shared_ptr<grpc::Channel> unverified_channel(const Endpoint& endpoint, const Limits& limits);

// What a failed call says, with the verdict where the handshake was what failed.
Error error_of(const grpc::Status& status, const Verdict& verdict);

}  // namespace huizhen::rpc
