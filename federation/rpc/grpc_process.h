#pragma once

// What gRPC needs once a process.

#include <string>

namespace huizhen::rpc {

// Before gRPC makes its first TLS context; any number of times, any thread:
// - leaves no cipher that TLS below 1.3 could agree on;
// - sends gRPC's own error lines to our log, a bounded number of them, and protobuf's nowhere;
// - keeps gRPC, and the threads of its callbacks, from ending and beginning with each connection.
void prepare_grpc();

// While it lives, gRPC's error lines of this thread go here and not to our log: for a call whose failure is
// told in a sentence of our own. One at a time on a thread.
class GrpcErrorLines {
  public:
    GrpcErrorLines();
    ~GrpcErrorLines();
    GrpcErrorLines(const GrpcErrorLines&) = delete;
    GrpcErrorLines& operator=(const GrpcErrorLines&) = delete;

    const std::string& text() const { return text_; }

  private:
    std::string text_;
};

}  // namespace huizhen::rpc
