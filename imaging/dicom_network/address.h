#pragma once

// Addresses and ranges of them, for the list of who may call.

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include <sys/socket.h>

#include <huizhen/base/result.h>

namespace huizhen::imaging {

// IPv4 lies inside IPv6 as ::ffff:0:0/96, so that both are compared alike.
struct Address {
    std::array<std::uint8_t, 16> bytes{};

    static Result<Address> parse(std::string_view text);
    static Address of(const sockaddr_storage& peer);
    std::string text() const;  // "192.0.2.7", "2001:db8::1"
};

class AddressRange {
  public:
    static Result<AddressRange> parse(std::string_view text);  // an address, or address/bits
    bool contains(const Address& address) const;

  private:
    Address base_;
    unsigned bits_ = 128;
};

}  // namespace huizhen::imaging
