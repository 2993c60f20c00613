#pragma once

// For folders that implement or call generated services beside the transport
// (federation/coordinator/services, the console): who calls, what to answer, and how to connect.

#include <filesystem>
#include <memory>

#include <huizhen/rpc/node_link.h>
#include <huizhen/rpc/peer.h>

namespace grpc {
class Channel;
class ServerContextBase;
class Status;
}  // namespace grpc

namespace huizhen::rpc {

// Who makes this call: by certificate, judged by PeerCheck on its way in; or, over the unix socket,
// Role::kOperator.
Result<Peer> caller_of(const grpc::ServerContextBase& context);
// The same, refused as "wrong-role" where it is somebody else.
Result<Peer> caller_of(const grpc::ServerContextBase& context, Role needed);

// An error as a call's answer, and back: the code and the named sentence survive.
grpc::Status to_grpc(const Error& error);
Error from_grpc(const grpc::Status& status);

// For `Coordinator::NewStub(channel)`. The channel connects by itself and again.
std::shared_ptr<grpc::Channel> connect_local(const std::filesystem::path& socket);
// `peers` outlives the channel.
Result<std::shared_ptr<grpc::Channel>> connect_operator(const Endpoint& coordinator,
                                                        const TlsIdentity& identity, const PeerCheck& peers);

}  // namespace huizhen::rpc
