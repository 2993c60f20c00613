#pragma once

// A TUN device: what the kernel sends into it is read here as IP packets, and the other way round.

#include <optional>
#include <string>

#include "line.h"

namespace huizhen::slow_link {

// In the calling thread's network namespace, up, with `address`/30. Nothing, with errno, where the system
// says no. Closing the descriptor takes the device away.
std::optional<int> open_tun(const std::string& name, const std::string& address);

// So that programs there reach themselves.
bool raise_loopback();

// What is there to read; nothing when all is read. Only IPv4: the kernel's own IPv6 chatter would cast dice.
std::optional<Packet> read_packet(int tun);
void write_packet(int tun, const Packet& packet);

}  // namespace huizhen::slow_link
