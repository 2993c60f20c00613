#include <algorithm>

#include <openssl/err.h>

#include <huizhen/identity/certificate.h>
#include <huizhen/identity/refusal.h>

#include "x509_values.h"

namespace huizhen::identity {

namespace {

constexpr std::string_view kLabel = "CERTIFICATE";

bool signed_with_ed25519(const X509* certificate) {
    const X509_ALGOR* outer = nullptr;
    X509_get0_signature(nullptr, &outer, certificate);
    const X509_ALGOR* inner = X509_get0_tbs_sigalg(certificate);
    return X509_ALGOR_cmp(outer, inner) == 0 && X509_get_signature_nid(certificate) == NID_ED25519;
}

std::uint32_t usage_of(Role role) { return role == Role::kCoordinator ? XKU_SSL_SERVER : XKU_SSL_CLIENT; }

}  // namespace

Result<Certificate> Certificate::read(BytesView pem_or_der) {
    if (pem_or_der.size() > 2 * kMaxCertificateBytes) {  // base64 takes 4 for 3
        return refusal::kCertificateTooLarge.because(std::to_string(pem_or_der.size()) + " bytes");
    }
    Certificate certificate;
    certificate.der_ = der_of(pem_or_der, kLabel);
    if (certificate.der_.size() > kMaxCertificateBytes) {
        return refusal::kCertificateTooLarge.because(std::to_string(certificate.der_.size()) + " bytes");
    }
    const unsigned char* at = certificate.der_.data();
    const X509Certificate parsed(d2i_X509(nullptr, &at, static_cast<long>(certificate.der_.size())));
    ERR_clear_error();
    if (!parsed || at != certificate.der_.data() + certificate.der_.size()) {
        return refusal::kCertificateMalformed.because("not one X.509 certificate");
    }
    const auto key = ed25519_of(X509_get0_pubkey(parsed.get()));
    ERR_clear_error();
    if (!key || !signed_with_ed25519(parsed.get())) {
        return refusal::kCertificateUnsupported.because("keys and signatures are Ed25519 here");
    }
    const auto serial = serial_of(X509_get0_serialNumber(parsed.get()));
    ERR_clear_error();
    if (X509_get_version(parsed.get()) != X509_VERSION_3 || !serial) {
        return refusal::kCertificateUnsupported.because("version 3 with a serial of at most 128 bits");
    }
    const auto begin = time_of(X509_get0_notBefore(parsed.get()));
    const auto end = time_of(X509_get0_notAfter(parsed.get()));
    ERR_clear_error();
    if (!begin || !end || *end < *begin) {
        return refusal::kCertificateMalformed.because("its dates cannot be");
    }
    certificate.fingerprint_ = sha256(std::as_bytes(std::span(certificate.der_)));
    certificate.public_key_ = *key;
    certificate.serial_ = *serial;
    certificate.not_before_ = *begin;
    certificate.not_after_ = *end;
    return certificate;
}

Result<Certificate> Certificate::read(std::string_view pem) { return read(view_of(pem)); }

std::string Certificate::pem() const { return pem_of(der_, kLabel); }

Result<std::vector<Certificate>> read_chain(std::string_view pem) {
    constexpr std::string_view kEnd = "-----END CERTIFICATE-----";
    std::vector<Certificate> chain;
    while (true) {
        pem.remove_prefix(std::min(pem.find_first_not_of(" \t\r\n"), pem.size()));
        if (pem.empty()) break;
        if (chain.size() == kMaxChain) return refusal::kCertificateTooLarge.because("more than 4 in a chain");
        const std::size_t end = pem.find(kEnd);
        if (end == std::string_view::npos) return refusal::kCertificateMalformed.because("not PEM");
        HZ_ASSIGN(Certificate next, Certificate::read(pem.substr(0, end + kEnd.size())));
        chain.push_back(std::move(next));
        pem.remove_prefix(end + kEnd.size());
    }
    if (chain.empty()) return refusal::kCertificateMalformed.because("there is none");
    return chain;
}

Result<PeerIdentity> read_identity(const Certificate& certificate) {
    const X509Certificate parsed = parse(certificate);
    int critical = -1;
    const Names names(static_cast<GENERAL_NAMES*>(
        X509_get_ext_d2i(parsed.get(), NID_subject_alt_name, &critical, nullptr)));
    const std::uint32_t flags = X509_get_extension_flags(parsed.get());
    const auto who = names ? role_and_name_of(names.get()) : std::nullopt;
    ERR_clear_error();
    if (!who) return refusal::kCertificateNameless.because("it has not exactly one huizhen: name");
    const bool fits = (flags & (EXFLAG_CA | EXFLAG_INVALID)) == 0 && (flags & EXFLAG_XKUSAGE) != 0 &&
                      X509_get_extended_key_usage(parsed.get()) == usage_of(who->role) &&
                      (flags & EXFLAG_KUSAGE) != 0 &&
                      X509_get_key_usage(parsed.get()) == X509v3_KU_DIGITAL_SIGNATURE;
    ERR_clear_error();
    if (!fits) {
        return refusal::kCertificateNameless.because("its key usages are not those of a " +
                                                     std::string(role_name(who->role)));
    }
    return PeerIdentity{who->role,
                        who->name,
                        certificate.serial(),
                        certificate.not_before(),
                        certificate.not_after(),
                        certificate.public_key(),
                        certificate.fingerprint()};
}

Result<PeerIdentity> read_identity(BytesView pem_or_der) {
    HZ_ASSIGN(const Certificate certificate, Certificate::read(pem_or_der));
    return read_identity(certificate);
}

}  // namespace huizhen::identity
