#pragma once

// A sender for tests and benchmarks: blocking, plain.

#include <cstring>
#include <stdexcept>
#include <string>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <huizhen/mllp/framer.h>

namespace huizhen::mllp {

class Client {
  public:
    explicit Client(std::uint16_t port, int seconds = 20) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        const timeval patience{seconds, 0};
        ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        const int one = 1;
        ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        if (::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
            throw std::runtime_error("connect");
    }
    ~Client() { ::close(socket_); }
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    void send_bytes(std::string_view bytes) {
        while (!bytes.empty()) {
            const auto sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (sent <= 0) throw std::runtime_error("send");
            bytes.remove_prefix(static_cast<std::size_t>(sent));
        }
    }
    void send(std::string_view message) { send_bytes(framed(message)); }
    void send_no_more() { ::shutdown(socket_, SHUT_WR); }
    // Nothing when the server closed, or the time is over.
    std::optional<std::string> receive() {
        for (;;) {
            if (auto message = framer_.next()) return message;
            char buffer[65536];
            const auto got = ::recv(socket_, buffer, sizeof buffer, 0);
            if (got <= 0 || !framer_.push(std::string_view(buffer, static_cast<std::size_t>(got))))
                return std::nullopt;
        }
    }
    int socket() const { return socket_; }

  private:
    int socket_;
    Framer framer_;
};

}  // namespace huizhen::mllp
