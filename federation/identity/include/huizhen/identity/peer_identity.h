#pragma once

// Who a peer is, as its certificate says: the only identity a message has.

#include <array>
#include <chrono>
#include <string>
#include <string_view>

#include <huizhen/base/result.h>
#include <huizhen/base/sha256.h>
#include <huizhen/secure_aggregation/bytes.h>
#include <huizhen/secure_aggregation/key_agreement.h>

namespace huizhen::identity {

using secagg::Bytes;
using secagg::BytesView;
using secagg::PublicKey;
using Time = std::chrono::system_clock::time_point;
using Serial = std::array<std::uint8_t, 16>;  // big-endian, random

// The numbers stand in invitations and in the log of certificates.
enum class Role : std::uint8_t {
    kSite = 1,
    kCoordinator = 2,  // the server
    kOperator = 3,     // a person's console
};
std::string_view role_name(Role role);  // "site", "coordinator", "operator"

struct PeerIdentity {
    Role role = Role::kSite;
    std::string name;
    Serial serial{};
    Time not_before, not_after;
    PublicKey public_key{};      // Ed25519
    Sha256Digest fingerprint{};  // SHA-256 of the certificate

    bool operator==(const PeerIdentity&) const = default;
};

// Names of sites, servers and operators: 1 to 63 lower-case letters, digits, '-' and '.', a letter or digit
// first. What a hospital is called in its own language is the coordinator's note beside it.
Status check_name(std::string_view name);

// "huizhen:site:NAME", the URI in the certificate's subjectAltName.
std::string uri_of(Role role, std::string_view name);

}  // namespace huizhen::identity
