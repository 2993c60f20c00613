#include "relay.h"

#include <condition_variable>
#include <deque>
#include <vector>

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

namespace huizhen::rpc {

namespace {

using Clock = std::chrono::steady_clock;

sockaddr_in loopback(int port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

bool send_all(int fd, const char* data, std::size_t size) {
    while (size > 0) {
        const auto sent = ::send(fd, data, size, MSG_NOSIGNAL);
        if (sent <= 0) return false;
        data += sent;
        size -= static_cast<std::size_t>(sent);
    }
    return true;
}

}  // namespace

Relay::Relay(RelayOptions options) : options_(options) {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address = loopback(0);
    socklen_t size = sizeof address;
    ::bind(listener_, reinterpret_cast<sockaddr*>(&address), size);
    ::listen(listener_, 64);
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    threads_.emplace_back([this] { accept_all(); });
}

Relay::~Relay() {
    ending_ = true;
    ::shutdown(listener_, SHUT_RDWR);
    cut_now();
    for (;;) {
        std::jthread last;
        {
            const std::lock_guard lock(mutex_);
            if (threads_.empty()) break;
            last = std::move(threads_.front());
            threads_.pop_front();
        }
        last.join();
        cut_now();
    }
    const std::lock_guard lock(mutex_);
    for (const int fd : sockets_) ::close(fd);
    ::close(listener_);
}

void Relay::cut_now() {
    const std::lock_guard lock(mutex_);
    for (const int fd : sockets_) ::shutdown(fd, SHUT_RDWR);
}

std::string Relay::last_request() const {
    const std::lock_guard lock(mutex_);
    return request_;
}

void Relay::hold(int fd) {
    const std::lock_guard lock(mutex_);
    sockets_.push_back(fd);
    if (options_.bytes_per_second > 0) {
        const int small = 16 << 10;  // a slow link's buffers are the relay's, not the kernel's
        ::setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &small, sizeof small);
        ::setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
    }
    const int on = 1;
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

void Relay::accept_all() {
    for (;;) {
        const int client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
        if (client < 0) return;
        if (refusing_ || ending_) {
            ::close(client);
            continue;
        }
        ++connections_;
        hold(client);
        const std::lock_guard lock(mutex_);
        threads_.emplace_back([this, client] { serve(client); });
    }
}

int Relay::reach(int client) {
    int port = options_.target_port;
    if (options_.connect) {
        std::string head;
        for (char byte;
             head.size() < 4096 && !head.ends_with("\r\n\r\n") && ::recv(client, &byte, 1, 0) == 1;)
            head += byte;
        {
            const std::lock_guard lock(mutex_);
            request_ = head.substr(0, head.find("\r\n"));
        }
        const auto colon = head.find(':');
        if (!head.starts_with("CONNECT ") || colon == std::string::npos) return -1;
        port = std::stoi(head.substr(colon + 1));
    }
    const int server = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    hold(server);
    const sockaddr_in address = loopback(port);
    if (::connect(server, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) return -1;
    if (options_.connect) {
        const std::string answer = "HTTP/1.1 200 Connection established\r\n\r\n";
        send_all(client, answer.data(), answer.size());
    }
    return server;
}

void Relay::serve(int client) {
    const int server = reach(client);
    if (server < 0) {
        ::shutdown(client, SHUT_RDWR);
        return;
    }
    std::jthread back([this, client, server] { pump(server, client); });
    pump(client, server);
}

// Reads on one thread, sends on another when the bytes are due: delay and rate are those of a link.
void Relay::pump(int from, int to) {
    struct Piece {
        Clock::time_point due;
        std::vector<char> bytes;
    };
    std::mutex mutex;  // guards what follows
    std::condition_variable_any changed;
    std::deque<Piece> queue;
    std::size_t queued = 0;
    bool ended = false;

    std::jthread sender([&] {
        for (;;) {
            std::unique_lock lock(mutex);
            changed.wait(lock, [&] { return ended || !queue.empty(); });
            if (queue.empty()) break;
            Piece piece = std::move(queue.front());
            queue.pop_front();
            lock.unlock();
            std::this_thread::sleep_until(piece.due);
            const bool sent = send_all(to, piece.bytes.data(), piece.bytes.size());
            lock.lock();
            queued -= piece.bytes.size();
            changed.notify_all();
            if (!sent) break;
        }
        ::shutdown(to, SHUT_RDWR);
        ::shutdown(from, SHUT_RDWR);
    });

    auto free_at = Clock::now();
    std::vector<char> block(options_.bytes_per_second > 0 ? 1500 : 64 << 10);
    for (;;) {
        const auto got = ::recv(from, block.data(), block.size(), 0);
        if (got <= 0) break;
        const auto bytes = static_cast<std::size_t>(got);
        carried_ += bytes;
        if (left_ >= 0 && (left_ -= got) < 0) {
            left_ = -1;
            break;
        }
        free_at = std::max(free_at, Clock::now());
        if (options_.bytes_per_second > 0) {
            free_at += std::chrono::nanoseconds(
                static_cast<std::int64_t>(1e9 * static_cast<double>(bytes) / options_.bytes_per_second));
        }
        std::unique_lock lock(mutex);
        changed.wait(lock, [&] { return queued < options_.queue_bytes || ending_; });
        queue.push_back({free_at + options_.delay, {block.begin(), block.begin() + got}});
        queued += bytes;
        changed.notify_all();
    }
    ::shutdown(from, SHUT_RDWR);
    const std::lock_guard lock(mutex);
    ended = true;
    changed.notify_all();
}

}  // namespace huizhen::rpc
