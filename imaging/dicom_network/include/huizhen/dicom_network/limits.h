#pragma once

// Every maximum of the DICOM network, and how long a peer may take. What passes one is refused and reported;
// the rest goes on.

#include <chrono>
#include <cstddef>

namespace huizhen::imaging {

inline constexpr std::size_t kMaxPduBytes = 131072;  // more DCMTK does not take
inline constexpr std::size_t kMaxCommandBytes =
    64 * 1024;  // a command set with a move's failed UIDs beside it
inline constexpr std::size_t kMaxIdentifierBytes = 8
                                                   << 20;  // an answer to a query, a commitment's references
inline constexpr std::size_t kMaxCommitted = 100'000;      // references in one request
inline constexpr std::size_t kMaxMatches = 10'000;         // answers to one query
inline constexpr std::size_t kMaxContexts = 128;           // presentation contexts (PS3.8 9.3.2.2)
inline constexpr std::size_t kMaxTlsFileBytes = 1 << 20;   // certificates and keys

struct ServerLimits {
    std::size_t max_associations = 20;
    // Connections that negotiate or are being told that there is no room, beside those; what comes on top is
    // closed at once.
    std::size_t max_negotiating = 8;
    std::size_t max_object_bytes = std::size_t{2} << 30;
    std::size_t max_bytes_in_flight = std::size_t{3} << 30;  // of all objects that are being received
    std::chrono::milliseconds negotiation = std::chrono::seconds(15);  // handshake and request; ARTIM
    std::chrono::milliseconds idle = std::chrono::minutes(2);          // between two PDUs
    std::chrono::milliseconds message = std::chrono::minutes(15);      // one command and its data set
    std::chrono::milliseconds association = std::chrono::hours(12);
};

struct ClientLimits {
    std::chrono::milliseconds negotiation = std::chrono::seconds(30);
    std::chrono::milliseconds response = std::chrono::minutes(2);  // from the peer, and for it to take a PDU
    std::chrono::milliseconds message = std::chrono::minutes(15);  // one data set
    std::chrono::milliseconds whole = std::chrono::hours(6);       // one call
    std::size_t max_object_bytes = std::size_t{2} << 30;
};

}  // namespace huizhen::imaging
