#pragma once

// Who is at the other end, as the certificate says and nobody else.

#include <string>
#include <string_view>

#include <huizhen/base/result.h>

namespace huizhen::rpc {

enum class Role {
    kSite,         // URI huizhen:site:NAME
    kCoordinator,  // URI huizhen:coordinator:NAME
    kOperator,     // URI huizhen:operator:NAME, or a process of the coordinator's own user on its unix socket
};

std::string_view role_name(Role role);

struct Peer {
    Role role = Role::kSite;
    std::string name;         // "st-mary"; for the unix socket "uid 998"
    std::string fingerprint;  // SHA-256 of the certificate, hexadecimal; empty for the unix socket
};

// Asked after TLS has verified the chain and the dates: on every call, and again and again while a session
// lives, so that a revocation takes effect at once. Any thread; must be quick (it may remember answers by
// fingerprint). A refusal's message starts with its name: "revoked: ...", "expired: ...".
class PeerCheck {
  public:
    virtual ~PeerCheck() = default;
    // The leaf; behind it, where a coordinator is judged, the rest of what it presented.
    virtual Result<Peer> check(std::string_view leaf_certificate_pem) const = 0;
};

// One side's own certificate and what it trusts, as PEM. The key is unencrypted; Ed25519 by default.
struct TlsIdentity {
    std::string trust_pem;              // root certificates
    std::string certificate_chain_pem;  // leaf first; empty for a hospital that has not enrolled yet
    std::string private_key_pem;
};

}  // namespace huizhen::rpc
