#include "certificate_builder.h"

#include <openssl/err.h>
#include <openssl/pem.h>

#include <huizhen/base/check.h>
#include <huizhen/identity/refusal.h>

namespace huizhen::identity {

namespace {

// In CRLs, by RFC 5280 5.2.3; our numbers fit a long.
void add_number(X509_CRL& list, std::uint64_t number) {
    const Asn1Integer value(ASN1_INTEGER_new());
    HZ_CHECK(value && ASN1_INTEGER_set_uint64(value.get(), number) == 1 &&
                 X509_CRL_add1_ext_i2d(&list, NID_crl_number, value.get(), 0, 0) == 1,
             "the list's number");
}

void add_revoked(X509_CRL& list, const Revocation& revocation) {
    X509_REVOKED* entry = X509_REVOKED_new();
    const Asn1Integer serial = asn1_serial(revocation.serial);
    const Asn1Time at = asn1_time(revocation.at);
    HZ_CHECK(entry && X509_REVOKED_set_serialNumber(entry, serial.get()) == 1 &&
                 X509_REVOKED_set_revocationDate(entry, at.get()) == 1,
             "an entry of the list");
    // RFC 5280: an unspecified reason is left out.
    if (revocation.reason != RevocationReason::kUnspecified) {
        const std::unique_ptr<ASN1_ENUMERATED, Freed<ASN1_ENUMERATED_free>> reason(ASN1_ENUMERATED_new());
        HZ_CHECK(reason && ASN1_ENUMERATED_set(reason.get(), static_cast<long>(revocation.reason)) == 1 &&
                     X509_REVOKED_add1_ext_i2d(entry, NID_crl_reason, reason.get(), 0, 0) == 1,
                 "a reason");
    }
    HZ_CHECK(X509_CRL_add0_revoked(&list, entry) == 1, "an entry of the list");
}

Status set_names(X509& certificate, const CertificatePlan& plan, const Signatory& by) {
    const auto add = [](X509_NAME* name, int kind, std::string_view text) {
        return X509_NAME_add_entry_by_NID(name, kind, MBSTRING_UTF8, view_of(text).data(),
                                          static_cast<int>(text.size()), -1, 0) == 1;
    };
    X509_NAME* subject = X509_get_subject_name(&certificate);
    if (plan.organisation.empty()) {
        X509_NAME* issuer = X509_get_subject_name(by.certificate);
        const int at = X509_NAME_get_index_by_NID(issuer, NID_organizationName, -1);
        HZ_CHECK(at >= 0 && X509_NAME_add_entry(subject, X509_NAME_get_entry(issuer, at), -1, 0) == 1,
                 "an issuer with an organisation");
    } else if (!add(subject, NID_organizationName, plan.organisation)) {
        ERR_clear_error();
        return refusal::kNameMalformed.because("a federation's name is 1 to 64 bytes of UTF-8");
    }
    HZ_CHECK(add(subject, NID_commonName, plan.common_name), "a subject");
    HZ_CHECK(X509_set_issuer_name(&certificate,
                                  by.certificate ? X509_get_subject_name(by.certificate) : subject) == 1,
             "an issuer");
    return {};
}

void add_extensions(X509& certificate, const CertificatePlan& plan, const Signatory& by) {
    X509V3_CTX context{};
    // It takes writable pointers and reads alone.
    X509* issuer = by.certificate ? const_cast<X509*>(by.certificate) : &certificate;
    X509V3_set_ctx(&context, issuer, &certificate, nullptr, nullptr, 0);
    for (const auto& [kind, value] : plan.extensions) {
        const X509Extension extension(X509V3_EXT_conf_nid(nullptr, &context, kind, value));
        HZ_CHECK(extension && X509_add_ext(&certificate, extension.get(), -1) == 1, "an extension");
    }
    if (plan.alternative_names != nullptr) {
        HZ_CHECK(X509_add1_ext_i2d(&certificate, NID_subject_alt_name, plan.alternative_names, 0, 0) == 1,
                 "a subjectAltName");
    }
}

}  // namespace

Result<Certificate> sign_certificate(const CertificatePlan& plan, const Signatory& by) {
    const X509Certificate certificate(X509_new());
    HZ_CHECK(certificate, "a certificate");
    HZ_TRY(set_names(*certificate, plan, by));
    const EvpKey subject_key = handle_of(plan.key), key = handle_of(by.key);
    const Asn1Integer serial = asn1_serial(plan.serial);
    const Asn1Time begin = asn1_time(plan.begin), end = asn1_time(plan.end);
    HZ_CHECK(X509_set_version(certificate.get(), X509_VERSION_3) == 1 &&
                 X509_set_serialNumber(certificate.get(), serial.get()) == 1 &&
                 X509_set1_notBefore(certificate.get(), begin.get()) == 1 &&
                 X509_set1_notAfter(certificate.get(), end.get()) == 1 &&
                 X509_set_pubkey(certificate.get(), subject_key.get()) == 1,
             "a certificate");
    add_extensions(*certificate, plan, by);
    HZ_CHECK(X509_sign(certificate.get(), key.get(), nullptr) > 0, "a signed certificate");
    return certificate_of(certificate.get());
}

std::string sign_list(std::span<const Revocation> revoked, const ListDates& dates, const Signatory& by) {
    const X509List list(X509_CRL_new());
    const EvpKey key = handle_of(by.key);
    const Asn1Time now = asn1_time(dates.now), next = asn1_time(dates.next);
    HZ_CHECK(list && X509_CRL_set_version(list.get(), X509_CRL_VERSION_2) == 1 &&
                 X509_CRL_set_issuer_name(list.get(), X509_get_subject_name(by.certificate)) == 1 &&
                 X509_CRL_set1_lastUpdate(list.get(), now.get()) == 1 &&
                 X509_CRL_set1_nextUpdate(list.get(), next.get()) == 1,
             "a list of revocations");
    X509V3_CTX context{};
    X509V3_set_ctx(&context, const_cast<X509*>(by.certificate), nullptr, nullptr, list.get(), 0);
    const X509Extension authority(
        X509V3_EXT_conf_nid(nullptr, &context, NID_authority_key_identifier, "keyid:always"));
    HZ_CHECK(authority && X509_CRL_add_ext(list.get(), authority.get(), -1) == 1, "the list's authority");
    add_number(*list, dates.number);
    for (const Revocation& revocation : revoked) add_revoked(*list, revocation);
    HZ_CHECK(X509_CRL_sort(list.get()) == 1 && X509_CRL_sign(list.get(), key.get(), nullptr) > 0,
             "a signed list");
    return pem_of(der_bytes<i2d_X509_CRL>(list.get()), "X509 CRL");
}

}  // namespace huizhen::identity
