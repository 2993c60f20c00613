#pragma once

// The signatures and extensions of a chain, through OpenSSL. Dates and revocations are others' work.

#include <huizhen/identity/certificate.h>

#include "x509_values.h"

namespace huizhen::identity {

// `root` signed itself and is an authority. "certificate-untrusted".
Status check_root_form(const Certificate& root);

// `issuing` is an authority under `root` that may certify leaves and nothing below. "certificate-untrusted".
Status check_issuer(const Certificate& issuing, const Certificate& root);

// The issuing certificate between `leaf` and `root`: one, out of `others`. "certificate-untrusted".
Result<Certificate> find_issuer(const Certificate& leaf, Role role, std::span<const Certificate> others,
                                const Certificate& root);

}  // namespace huizhen::identity
