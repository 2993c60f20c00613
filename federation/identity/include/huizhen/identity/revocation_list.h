#pragma once

// An X.509 CRL as IssuingAuthority and RootAuthority write it, read back.

#include <huizhen/identity/certificate.h>
#include <huizhen/identity/revocations.h>

namespace huizhen::identity {

// What `authority` has revoked, by its own signature; whether a newer list exists is not for it to say.
// "list-malformed"; "list-forged": not signed by that key.
Result<std::vector<Revocation>> read_revocation_list(std::string_view pem, const Certificate& authority);

}  // namespace huizhen::identity
