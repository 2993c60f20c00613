#include "address_list.h"

#include <charconv>

#include <arpa/inet.h>

namespace huizhen::mllp {

std::optional<AddressList::Network> AddressList::network_of(const std::string& text) {
    const std::size_t slash = text.find('/');
    const std::string address = text.substr(0, slash);
    Network network;
    const bool four = address.find(':') == std::string::npos;
    if (four) {
        network.bytes[10] = network.bytes[11] = 0xFF;
        if (::inet_pton(AF_INET, address.c_str(), network.bytes.data() + 12) != 1) return std::nullopt;
    } else if (::inet_pton(AF_INET6, address.c_str(), network.bytes.data()) != 1) {
        return std::nullopt;
    }
    if (slash == std::string::npos) return network;
    unsigned bits = 0;
    const char *first = text.data() + slash + 1, *last = text.data() + text.size();
    const auto [end, error] = std::from_chars(first, last, bits);
    if (error != std::errc() || end != last || bits > (four ? 32u : 128u)) return std::nullopt;
    network.bits = four ? bits + 96 : bits;
    return network;
}

Result<AddressList> AddressList::parse(const std::vector<std::string>& entries) {
    AddressList list;
    for (const std::string& entry : entries) {
        const auto network = network_of(entry);
        if (!network)
            return fail(ErrorCode::kInvalidArgument, "address: \"" + entry + "\" is no address or network");
        list.networks_.push_back(*network);
    }
    return list;
}

bool AddressList::holds(const std::string& address) const {
    if (networks_.empty()) return true;
    const auto asked = network_of(address);
    if (!asked) return false;
    return std::any_of(networks_.begin(), networks_.end(), [&](const Network& network) {
        for (unsigned bit = 0; bit < network.bits; ++bit) {
            const int difference = (network.bytes[bit / 8] ^ asked->bytes[bit / 8]) >> (7 - bit % 8);
            if ((difference & 1) != 0) return false;
        }
        return true;
    });
}

}  // namespace huizhen::mllp
