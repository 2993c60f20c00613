#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <huizhen/base/result.h>

namespace huizhen::mllp {

// Addresses and networks (CIDR). Empty: holds every address.
class AddressList {
  public:
    // kInvalidArgument "address", naming the entry.
    static Result<AddressList> parse(const std::vector<std::string>& entries);
    bool holds(const std::string& address) const;

  private:
    struct Network {
        std::array<std::uint8_t, 16> bytes{};  // IPv4 as ::ffff:a.b.c.d
        unsigned bits = 128;
    };
    static std::optional<Network> network_of(const std::string& text);
    std::vector<Network> networks_;
};

}  // namespace huizhen::mllp
