#pragma once

// The site's certificate, renewed while it is still good: a new key, made here, vouched for by the old one.

#include "service/context.h"
#include "service/link.h"

namespace huizhen::site {

// When less than a third of its life is left.
bool is_renewal_due(const identity::PeerIdentity& certificate, identity::Time now);

struct RenewalRequest {
    std::string request_pem;
    std::string proof;
};

// The new key is on the disk before anything is sent.
Result<RenewalRequest> prepare_renewal(const Context& context);
// What came of it; the new pair is on the disk when it returns. kIntegrity: a certificate of another key or
// name.
Result<SiteCertificate> finish_renewal(const rpc::EnrolReply& reply, const Context& context);

}  // namespace huizhen::site
