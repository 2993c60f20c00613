#pragma once

// Sockets of the operating system, as values.

#include <cstdint>
#include <optional>
#include <string>

#include <sys/socket.h>

#include <huizhen/base/result.h>
#include <huizhen/files/descriptor.h>

namespace huizhen::mllp {

using files::Descriptor;

Result<Descriptor> listen_at(const std::string& address, std::uint16_t port);
std::uint16_t port_of(const Descriptor& listener);

struct Accepted {
    Descriptor socket;
    std::string address;
};
// Nothing where nobody waits; kUnavailable where the system gives no more descriptors now.
Result<std::optional<Accepted>> accept_from(const Descriptor& listener);

}  // namespace huizhen::mllp
