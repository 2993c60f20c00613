#include "socket.h"

#include <cerrno>
#include <cstring>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

namespace huizhen::mllp {
namespace {

constexpr int kBacklog = 128;

struct Address {
    sockaddr_storage storage{};
    socklen_t length = 0;
};

std::optional<Address> address_of(const std::string& text, std::uint16_t port) {
    Address address;
    auto* four = reinterpret_cast<sockaddr_in*>(&address.storage);
    if (::inet_pton(AF_INET, text.c_str(), &four->sin_addr) == 1) {
        four->sin_family = AF_INET;
        four->sin_port = htons(port);
        address.length = sizeof(sockaddr_in);
        return address;
    }
    auto* six = reinterpret_cast<sockaddr_in6*>(&address.storage);
    if (::inet_pton(AF_INET6, text.c_str(), &six->sin6_addr) != 1) return std::nullopt;
    six->sin6_family = AF_INET6;
    six->sin6_port = htons(port);
    address.length = sizeof(sockaddr_in6);
    return address;
}

// An IPv4 address that came over IPv6 is written as what it is.
std::string text_of(const sockaddr_storage& storage) {
    std::array<char, INET6_ADDRSTRLEN> text{};
    if (storage.ss_family == AF_INET) {
        const auto* four = reinterpret_cast<const sockaddr_in*>(&storage);
        ::inet_ntop(AF_INET, &four->sin_addr, text.data(), text.size());
    } else {
        const auto* six = reinterpret_cast<const sockaddr_in6*>(&storage);
        const bool mapped = IN6_IS_ADDR_V4MAPPED(&six->sin6_addr);
        ::inet_ntop(mapped ? AF_INET : AF_INET6,
                    mapped ? static_cast<const void*>(&six->sin6_addr.s6_addr[12])
                           : static_cast<const void*>(&six->sin6_addr),
                    text.data(), text.size());
    }
    return text.data();
}

}  // namespace

Result<Descriptor> listen_at(const std::string& text, std::uint16_t port) {
    const auto address = address_of(text, port);
    if (!address)
        return fail(ErrorCode::kInvalidArgument,
                    "address: \"" + text + "\" is no IPv4 or IPv6 address to listen at");
    Descriptor listener(
        ::socket(address->storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP));
    const int one = 1;
    ::setsockopt(listener.get(), SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    const auto* bare = reinterpret_cast<const sockaddr*>(&address->storage);
    if (listener.get() < 0 || ::bind(listener.get(), bare, address->length) != 0 ||
        ::listen(listener.get(), kBacklog) != 0) {
        const int number = errno;
        const std::string place = text + ":" + std::to_string(port);
        if (number == EADDRINUSE)
            return fail(ErrorCode::kUnavailable, "port-in-use: another program listens at " + place);
        return fail(ErrorCode::kUnavailable, "cannot-listen: at " + place + ": " + std::strerror(number));
    }
    return listener;
}

std::uint16_t port_of(const Descriptor& listener) {
    sockaddr_storage storage{};
    socklen_t length = sizeof storage;
    if (::getsockname(listener.get(), reinterpret_cast<sockaddr*>(&storage), &length) != 0) return 0;
    return storage.ss_family == AF_INET ? ntohs(reinterpret_cast<const sockaddr_in*>(&storage)->sin_port)
                                        : ntohs(reinterpret_cast<const sockaddr_in6*>(&storage)->sin6_port);
}

Result<std::optional<Accepted>> accept_from(const Descriptor& listener) {
    sockaddr_storage storage{};
    socklen_t length = sizeof storage;
    Descriptor socket(::accept4(listener.get(), reinterpret_cast<sockaddr*>(&storage), &length,
                                SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (socket.get() < 0) {
        const bool exhausted = errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM;
        if (exhausted)
            return fail(ErrorCode::kUnavailable, "no-descriptors: the system gives no more connections");
        return std::nullopt;
    }
    const int one = 1;
    ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    ::setsockopt(socket.get(), SOL_SOCKET, SO_KEEPALIVE, &one, sizeof one);
    return std::optional(Accepted{std::move(socket), text_of(storage)});
}

}  // namespace huizhen::mllp
