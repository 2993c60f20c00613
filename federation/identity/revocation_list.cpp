#include <huizhen/identity/refusal.h>
#include <huizhen/identity/revocation_list.h>

#include "x509_values.h"

namespace huizhen::identity {

namespace {

constexpr std::size_t kMaxListBytes = 1 << 20;

RevocationReason reason_of(const X509_REVOKED& entry) {
    const std::unique_ptr<ASN1_ENUMERATED, Freed<ASN1_ENUMERATED_free>> reason(
        static_cast<ASN1_ENUMERATED*>(X509_REVOKED_get_ext_d2i(&entry, NID_crl_reason, nullptr, nullptr)));
    const long number = reason ? ASN1_ENUMERATED_get(reason.get()) : 0;
    for (const auto known : {RevocationReason::kKeyCompromise, RevocationReason::kCaCompromise,
                             RevocationReason::kSuperseded, RevocationReason::kCessation})
        if (number == static_cast<long>(known)) return known;
    return RevocationReason::kUnspecified;
}

}  // namespace

Result<std::vector<Revocation>> read_revocation_list(std::string_view pem, const Certificate& authority) {
    if (pem.size() > kMaxListBytes) return refusal::kListMalformed.because("more than 1 MiB");
    const Bytes der = der_of(view_of(pem), "X509 CRL");
    const unsigned char* at = der.data();
    const X509List list(d2i_X509_CRL(nullptr, &at, static_cast<long>(der.size())));
    if (!list || at != der.data() + der.size()) {
        return refusal::kListMalformed.because("not one X.509 list of revocations");
    }
    const EvpKey key = handle_of(authority.public_key());
    if (X509_CRL_verify(list.get(), key.get()) != 1) {
        return refusal::kListForged.because("the list of revocations is not signed by its authority");
    }
    std::vector<Revocation> revoked;
    const STACK_OF(X509_REVOKED)* entries = X509_CRL_get_REVOKED(list.get());
    for (int i = 0; i < sk_X509_REVOKED_num(entries); ++i) {
        const X509_REVOKED* entry = sk_X509_REVOKED_value(entries, i);
        const auto serial = serial_of(X509_REVOKED_get0_serialNumber(entry));
        const auto when = time_of(X509_REVOKED_get0_revocationDate(entry));
        if (!serial || !when) return refusal::kListMalformed.because("an entry's serial or time");
        revoked.push_back({*serial, reason_of(*entry), *when});
    }
    return revoked;
}

}  // namespace huizhen::identity
