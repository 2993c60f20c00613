#include "raw_peer.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace huizhen::imaging::testing_site {
namespace {

void number(Bytes& bytes, std::size_t value, int count) {
    for (int i = count - 1; i >= 0; --i) bytes.push_back(static_cast<std::byte>(value >> (8 * i)));
}

void text(Bytes& bytes, std::string_view value) {
    for (const char c : value) bytes.push_back(static_cast<std::byte>(c));
}

void append(Bytes& bytes, std::span<const std::byte> more) {
    for (const std::byte b : more) bytes.push_back(b);
}

Bytes item(std::uint8_t type, const Bytes& content) {
    Bytes bytes{static_cast<std::byte>(type), std::byte{0}};
    number(bytes, content.size(), 2);
    append(bytes, content);
    return bytes;
}

Bytes text_item(std::uint8_t type, std::string_view value) {
    Bytes content;
    text(content, value);
    return item(type, content);
}

Bytes pdu(std::uint8_t type, const Bytes& content) {
    Bytes bytes{static_cast<std::byte>(type), std::byte{0}};
    number(bytes, content.size(), 4);
    append(bytes, content);
    return bytes;
}

void title(Bytes& bytes, std::string_view value) {
    std::string padded(value);
    padded.resize(16, ' ');
    text(bytes, padded);
}

}  // namespace

Bytes associate_request(std::string_view called, std::string_view calling,
                        const std::vector<ProposedContext>& contexts) {
    Bytes content;
    number(content, 1, 2);
    number(content, 0, 2);
    title(content, called);
    title(content, calling);
    content.resize(content.size() + 32);
    append(content, text_item(0x10, "1.2.840.10008.3.1.1.1"));
    std::uint8_t id = 1;
    for (const ProposedContext& context : contexts) {
        Bytes inner{static_cast<std::byte>(id), std::byte{0}, std::byte{0}, std::byte{0}};
        append(inner, text_item(0x30, context.abstract_syntax));
        for (const std::string& syntax : context.syntaxes) append(inner, text_item(0x40, syntax));
        append(content, item(0x20, inner));
        id = static_cast<std::uint8_t>(id + 2);
    }
    Bytes user, length;
    number(length, 16384, 4);
    append(user, item(0x51, length));
    append(user, text_item(0x52, "2.25.1"));
    append(content, item(0x50, user));
    return pdu(0x01, content);
}

Bytes data_pdu(std::uint8_t context, std::uint8_t flags, std::span<const std::byte> fragment) {
    Bytes content;
    number(content, fragment.size() + 2, 4);
    number(content, context, 1);
    number(content, flags, 1);
    append(content, fragment);
    return pdu(0x04, content);
}

Bytes release_request() { return pdu(0x05, Bytes(4)); }
Bytes abort_pdu() { return pdu(0x07, Bytes(4)); }

RawPeer::RawPeer(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in name{};
    name.sin_family = AF_INET;
    name.sin_port = htons(port);
    name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const timeval patience{20, 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    if (::connect(socket_, reinterpret_cast<sockaddr*>(&name), sizeof(name)) != 0) close();
}

RawPeer::~RawPeer() { close(); }

void RawPeer::close() {
    if (socket_ >= 0) ::close(socket_);
    socket_ = -1;
}

bool RawPeer::send(std::span<const std::byte> bytes) {
    while (!bytes.empty()) {
        const auto sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent <= 0) return false;
        bytes = bytes.subspan(static_cast<std::size_t>(sent));
    }
    return true;
}

bool RawPeer::fill(std::span<std::byte> bytes) {
    while (!bytes.empty()) {
        const auto got = ::recv(socket_, bytes.data(), bytes.size(), 0);
        if (got <= 0) return false;
        bytes = bytes.subspan(static_cast<std::size_t>(got));
    }
    return true;
}

std::pair<std::uint8_t, Bytes> RawPeer::receive() {
    Bytes head(6);
    if (!fill(head)) return {};
    std::size_t length = 0;
    for (std::size_t i = 2; i < 6; ++i) length = length << 8 | std::to_integer<std::size_t>(head[i]);
    Bytes content(std::min<std::size_t>(length, 1 << 20));
    if (!fill(content)) return {};
    return {std::to_integer<std::uint8_t>(head[0]), content};
}

}  // namespace huizhen::imaging::testing_site
