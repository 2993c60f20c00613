#include "address.h"

#include <charconv>
#include <cstring>

#include <arpa/inet.h>
#include <netinet/in.h>

namespace huizhen::imaging {
namespace {

constexpr std::array<std::uint8_t, 12> kMapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
constexpr unsigned kMappedBits = 96;

bool is_v4(const Address& address) {
    return std::equal(kMapped.begin(), kMapped.end(), address.bytes.begin());
}

}  // namespace

Result<Address> Address::parse(std::string_view text) {
    const std::string spelled(text);
    Address address;
    if (::inet_pton(AF_INET6, spelled.c_str(), address.bytes.data()) == 1) return address;
    std::copy(kMapped.begin(), kMapped.end(), address.bytes.begin());
    if (::inet_pton(AF_INET, spelled.c_str(), address.bytes.data() + kMapped.size()) == 1) return address;
    return fail(ErrorCode::kInvalidArgument, "\"" + spelled + "\" is no IPv4 or IPv6 address");
}

Address Address::of(const sockaddr_storage& peer) {
    Address address;
    if (peer.ss_family == AF_INET6) {
        std::memcpy(address.bytes.data(), &reinterpret_cast<const sockaddr_in6&>(peer).sin6_addr, 16);
    } else {
        std::copy(kMapped.begin(), kMapped.end(), address.bytes.begin());
        std::memcpy(address.bytes.data() + kMapped.size(),
                    &reinterpret_cast<const sockaddr_in&>(peer).sin_addr, 4);
    }
    return address;
}

std::string Address::text() const {
    char text[INET6_ADDRSTRLEN] = {};
    if (is_v4(*this)) {
        ::inet_ntop(AF_INET, bytes.data() + kMapped.size(), text, sizeof(text));
    } else {
        ::inet_ntop(AF_INET6, bytes.data(), text, sizeof(text));
    }
    return text;
}

Result<AddressRange> AddressRange::parse(std::string_view text) {
    AddressRange range;
    const auto slash = text.find('/');
    HZ_ASSIGN(range.base_, Address::parse(text.substr(0, slash)));
    if (slash == std::string_view::npos) return range;
    const std::string_view bits = text.substr(slash + 1);
    const unsigned whole = is_v4(range.base_) && text.find(':') == std::string_view::npos ? 32 : 128;
    unsigned count = 0;
    const auto [end, error] = std::from_chars(bits.data(), bits.data() + bits.size(), count);
    if (error != std::errc() || end != bits.data() + bits.size() || count > whole) {
        return fail(ErrorCode::kInvalidArgument, "\"" + std::string(text) + "\" is no range of addresses");
    }
    range.bits_ = whole == 32 ? kMappedBits + count : count;
    return range;
}

bool AddressRange::contains(const Address& address) const {
    for (unsigned bit = 0; bit < bits_; ++bit) {
        const unsigned mask = 0x80u >> (bit % 8);
        if ((address.bytes[bit / 8] ^ base_.bytes[bit / 8]) & mask) return false;
    }
    return true;
}

}  // namespace huizhen::imaging
