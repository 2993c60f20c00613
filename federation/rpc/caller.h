#pragma once

// How the gate's answer reaches the services: as properties of the connection.

#include <grpc/grpc_security.h>

#include <huizhen/rpc/services.h>

namespace huizhen::rpc {

// Once a connection; the certificate of a connection does not change.
void mark_caller(grpc_auth_context* context, const Peer& peer);

// The PEM of the certificate behind a call; empty over the unix socket.
std::string certificate_of(const grpc::ServerContextBase& context);

}  // namespace huizhen::rpc
