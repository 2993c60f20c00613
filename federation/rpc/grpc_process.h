#pragma once

// What gRPC needs once a process.

namespace huizhen::rpc {

// Before gRPC makes its first TLS context; any number of times, any thread:
// - leaves no cipher that TLS below 1.3 could agree on;
// - sends gRPC's own error lines to our log, a bounded number of them, and protobuf's nowhere;
// - keeps gRPC, and the threads of its callbacks, from ending and beginning with each connection.
void prepare_grpc();

}  // namespace huizhen::rpc
