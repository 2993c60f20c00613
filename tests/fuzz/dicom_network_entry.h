#pragma once

// What the fuzzer calls for every input, and the replay test for every file of the corpus.

#include <cstdint>
#include <span>

namespace huizhen::fuzz {

// Everything a peer sends on one connection, up to kMaxPeerBytes of it. Whatever it is, this returns soon:
// true where an association was accepted and released. Throws only when one of our own promises breaks: an
// object handed on that is not what its header says, a place that stays taken.
bool serve_dicom_peer(std::span<const std::uint8_t> bytes);

inline constexpr std::size_t kMaxPeerBytes = 128 * 1024;  // what a socket's buffer takes at once

}  // namespace huizhen::fuzz
