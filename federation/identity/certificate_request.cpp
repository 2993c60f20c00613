#include <openssl/err.h>

#include <huizhen/base/check.h>
#include <huizhen/identity/certificate_request.h>
#include <huizhen/identity/refusal.h>

#include "x509_values.h"

namespace huizhen::identity {

namespace {

constexpr std::string_view kLabel = "CERTIFICATE REQUEST";

// "huizhen renewal 1" with its ending zero, then the request: no TLS handshake and no message of secure
// aggregation, which the same key signs, begins like this.
Bytes renewal_text(BytesView request_der) {
    constexpr std::string_view kPurpose{"huizhen renewal 1\0", 18};
    Bytes text(kPurpose.size() + request_der.size());
    std::copy(request_der.begin(), request_der.end(),
              std::copy(kPurpose.begin(), kPurpose.end(), text.begin()));
    return text;
}

X509Extension name_extension(Role role, std::string_view name) {
    const Names names(sk_GENERAL_NAME_new_null());
    HZ_CHECK(names, "a list of names");
    add_uri(*names, uri_of(role, name));
    X509Extension extension(X509V3_EXT_i2d(NID_subject_alt_name, 0, names.get()));
    HZ_CHECK(extension, "a subjectAltName");
    return extension;
}

// The name, where the request asks for that and nothing else.
std::optional<RoleAndName> only_name(X509_REQ* request) {
    if (X509_REQ_get_attr_count(request) != 1) return std::nullopt;
    const Extensions extensions(X509_REQ_get_extensions(request));
    if (!extensions || sk_X509_EXTENSION_num(extensions.get()) != 1) return std::nullopt;
    int critical = -1;
    const Names names(static_cast<GENERAL_NAMES*>(
        X509V3_get_d2i(extensions.get(), NID_subject_alt_name, &critical, nullptr)));
    if (!names || sk_GENERAL_NAME_num(names.get()) != 1) return std::nullopt;
    return role_and_name_of(names.get());
}

}  // namespace

Result<Bytes> make_request(const PrivateKey& key, Role role, std::string_view name) {
    HZ_TRY(check_name(name));
    const EvpKey handle = handle_of(key);
    const X509Request request(X509_REQ_new());
    HZ_CHECK(request, "a request");
    X509_NAME* subject = X509_REQ_get_subject_name(request.get());
    const Extensions extensions(sk_X509_EXTENSION_new_null());
    X509Extension extension = name_extension(role, name);
    HZ_CHECK(extensions && sk_X509_EXTENSION_push(extensions.get(), extension.get()) > 0, "an extension");
    static_cast<void>(extension.release());  // the list owns it now
    HZ_CHECK(X509_REQ_set_version(request.get(), X509_REQ_VERSION_1) == 1 &&
                 X509_NAME_add_entry_by_NID(subject, NID_commonName, MBSTRING_UTF8, view_of(name).data(),
                                            static_cast<int>(name.size()), -1, 0) == 1 &&
                 X509_REQ_set_pubkey(request.get(), handle.get()) == 1 &&
                 X509_REQ_add_extensions(request.get(), extensions.get()) == 1 &&
                 X509_REQ_sign(request.get(), handle.get(), nullptr) > 0,
             "a signed request");
    return der_bytes<i2d_X509_REQ>(request.get());
}

std::string request_pem(BytesView der) { return pem_of(der, kLabel); }

Result<CertificateRequest> read_request(BytesView pem_or_der) {
    if (pem_or_der.size() > 2 * kMaxRequestBytes) {
        return refusal::kRequestTooLarge.because(std::to_string(pem_or_der.size()) + " bytes");
    }
    const Bytes der = der_of(pem_or_der, kLabel);
    if (der.size() > kMaxRequestBytes) {
        return refusal::kRequestTooLarge.because(std::to_string(der.size()) + " bytes");
    }
    const unsigned char* at = der.data();
    const X509Request request(d2i_X509_REQ(nullptr, &at, static_cast<long>(der.size())));
    ERR_clear_error();
    if (!request || at != der.data() + der.size()) {
        return refusal::kRequestMalformed.because("not one PKCS#10 request");
    }
    const auto key = ed25519_of(X509_REQ_get0_pubkey(request.get()));
    ERR_clear_error();
    if (!key || X509_REQ_get_signature_nid(request.get()) != NID_ED25519) {
        return refusal::kRequestUnsupported.because("keys and signatures are Ed25519 here");
    }
    const auto who = only_name(request.get());
    ERR_clear_error();
    if (!who) {
        return refusal::kRequestMalformed.because("it must ask for one huizhen: name and nothing else");
    }
    const bool own = X509_REQ_verify(request.get(), X509_REQ_get0_pubkey(request.get())) == 1;
    ERR_clear_error();
    if (!own) return refusal::kRequestForged.because("not signed with the key that it names");
    return CertificateRequest{who->role, who->name, *key};
}

Status check_request_is_for(const CertificateRequest& request, Role role, std::string_view name) {
    if (request.role == role && request.name == name) return {};
    return refusal::kRequestOtherName.because("it asks for " + uri_of(request.role, request.name) +
                                              ", not for " + uri_of(role, name));
}

Bytes prove_renewal(BytesView pem_or_der, const PrivateKey& current) {
    return current.sign(renewal_text(der_of(pem_or_der, kLabel)));
}

Result<CertificateRequest> check_renewal(BytesView pem_or_der, BytesView proof, const PeerIdentity& current) {
    HZ_ASSIGN(CertificateRequest request, read_request(pem_or_der));
    HZ_TRY(check_request_is_for(request, current.role, current.name));
    if (request.public_key == current.public_key) {
        return refusal::kRequestOldKey.because("a renewal brings a new key");
    }
    if (!is_signed_by(current.public_key, renewal_text(der_of(pem_or_der, kLabel)), proof)) {
        return refusal::kRenewalForged.because("the current key did not sign the request of " + current.name);
    }
    return request;
}

}  // namespace huizhen::identity
