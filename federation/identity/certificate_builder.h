#pragma once

// How our certificates and lists are put together; certificate_authority.h says who may sign what.

#include <huizhen/identity/certificate_authority.h>

#include "x509_values.h"

namespace huizhen::identity {

struct Signatory {
    const PrivateKey& key;
    const X509* certificate;  // null: the new certificate signs itself
};

struct CertificatePlan {
    std::string organisation;  // empty: the issuer's
    std::string common_name;
    PublicKey key{};
    Serial serial{};
    Time begin, end;
    // OpenSSL's names and its configuration language, from constants alone.
    std::vector<std::pair<int, const char*>> extensions;
    GENERAL_NAMES* alternative_names = nullptr;
};

// "name-malformed" where the organisation is not UTF-8 of at most 64 bytes.
Result<Certificate> sign_certificate(const CertificatePlan& plan, const Signatory& by);

std::string sign_list(std::span<const Revocation> revoked, const ListDates& dates, const Signatory& by);

}  // namespace huizhen::identity
