#pragma once

// PKCS#10: a site says "this key is mine, and this is my name".

#include <huizhen/identity/private_key.h>

namespace huizhen::identity {

inline constexpr std::size_t kMaxRequestBytes = 4096;  // of DER; ours have 250

struct CertificateRequest {
    Role role = Role::kSite;
    std::string name;
    PublicKey public_key{};
};

// DER. "name-malformed".
Result<Bytes> make_request(const PrivateKey& key, Role role, std::string_view name);
std::string request_pem(BytesView der);

// Nothing but role, name and key is ever taken from a request. "request-too-large", "request-malformed" (no
// such name, more than the name asked for, bytes behind the end), "request-unsupported" (not Ed25519),
// "request-forged" (not signed with the key in it).
Result<CertificateRequest> read_request(BytesView pem_or_der);

// "request-other-name": it asks for another role or name than it may have.
Status check_request_is_for(const CertificateRequest& request, Role role, std::string_view name);

// Renewal: the request for the new key, and the current key's word for it, so that neither a stolen
// connection nor a coordinator can give a site another key. The word is for the request's DER, in whatever
// form it comes.
Bytes prove_renewal(BytesView pem_or_der, const PrivateKey& current);
// What the current certificate's holder may have next. Beyond read_request: "request-other-name",
// "request-old-key" (the same key again), "renewal-forged".
Result<CertificateRequest> check_renewal(BytesView pem_or_der, BytesView proof, const PeerIdentity& current);

}  // namespace huizhen::identity
