#pragma once

// Who may call, whom we call, and by which certificates both are known.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <huizhen/base/result.h>

namespace huizhen::imaging {

// PEM files. TLS 1.2 or newer by the non-downgrading BCP 195 profile (PS3.15 B.9), certificates on both
// sides.
struct TlsFiles {
    std::filesystem::path certificate;      // ours, and the chain up to its root
    std::filesystem::path key;              // unencrypted; refused unless its mode is 0600 or less
    std::filesystem::path trusted;          // the authorities that sign our peers' certificates
    std::filesystem::path revocation_list;  // may be empty; else each authority's list must be in it
};

// Somebody who may open associations to us.
struct Peer {
    std::string ae_title;
    // "192.0.2.7", "192.0.2.0/24", "2001:db8::/32". Empty: from anywhere, which is allowed over TLS alone.
    std::vector<std::string> addresses;
    // Over TLS, one of these must stand in its certificate: a DNS name or address of the subjectAltName, the
    // common name, or "sha256:" and the fingerprint in hexadecimal. Never empty over TLS.
    std::vector<std::string> certificate_names;
    // Storage commitment: whether this peer wants the answer on an association that we open.
    bool commitment_on_new_association = false;
};

// Somebody we open associations to.
struct Destination {
    std::string ae_title;
    std::string host;  // a name or an IPv4 address
    std::uint16_t port = 104;
    std::optional<TlsFiles> tls = {};
    std::vector<std::string> certificate_names = {};  // empty: `host`
};

// An AE title by PS3.5 6.2: 1 to 16 printable ASCII characters, no backslash, not only spaces.
bool is_ae_title(std::string_view text);

// The same of a peer's: kInvalidArgument names what is wrong.
Status check_peer(const Peer& peer, bool over_tls);

}  // namespace huizhen::imaging
