#pragma once

// A TCP relay between a node and its coordinator that can misbehave: cut, delay, narrow, speak HTTP CONNECT.

#include <atomic>
#include <chrono>
#include <cstdint>
#include <list>
#include <mutex>
#include <string>
#include <thread>

namespace huizhen::rpc {

struct RelayOptions {
    int target_port = 0;                 // of 127.0.0.1; with `connect`, what the client asks for counts
    bool connect = false;                // an HTTP proxy
    std::chrono::milliseconds delay{0};  // one way
    double bytes_per_second = 0;         // each direction; 0: as fast as it goes
    std::size_t queue_bytes = 64 << 10;  // what the slow link holds beyond that
};

class Relay {
  public:
    explicit Relay(RelayOptions options);
    ~Relay();

    int port() const { return port_; }
    std::string address() const { return "127.0.0.1:" + std::to_string(port_); }
    void cut_after(std::int64_t bytes) { left_ = bytes; }  // of both directions together; -1: never
    void cut_now();
    void refuse(bool on) { refusing_ = on; }
    int connections() const { return connections_; }
    std::uint64_t carried() const { return carried_; }
    std::string last_request() const;

  private:
    void accept_all();
    void serve(int client);
    int reach(int client);
    void pump(int from, int to);
    void hold(int fd);

    const RelayOptions options_;
    int listener_ = -1, port_ = 0;
    std::atomic<std::int64_t> left_ = -1;
    std::atomic<bool> refusing_ = false, ending_ = false;
    std::atomic<int> connections_ = 0;
    std::atomic<std::uint64_t> carried_ = 0;
    mutable std::mutex mutex_;  // guards what follows
    std::string request_;
    std::list<int> sockets_;
    std::list<std::jthread> threads_;
};

}  // namespace huizhen::rpc
