#include "chain.h"

#include <openssl/err.h>

#include <huizhen/base/check.h>
#include <huizhen/identity/refusal.h>

namespace huizhen::identity {

namespace {

X509Store store_of(const Certificate& root, int purpose) {
    X509Store store(X509_STORE_new());
    const X509Certificate trusted = parse(root);
    HZ_CHECK(store && X509_STORE_add_cert(store.get(), trusted.get()) == 1, "a store");
    X509_VERIFY_PARAM* rules = X509_STORE_get0_param(store.get());
    // Strict: RFC 5280's rules that OpenSSL otherwise lets pass. Dates are looked at on every call, this
    // once.
    HZ_CHECK(X509_VERIFY_PARAM_set_flags(rules, X509_V_FLAG_X509_STRICT | X509_V_FLAG_NO_CHECK_TIME |
                                                    X509_V_FLAG_CHECK_SS_SIGNATURE) == 1 &&
                 X509_VERIFY_PARAM_set_purpose(rules, purpose) == 1,
             "rules");
    X509_VERIFY_PARAM_set_depth(rules, 1);  // one issuing certificate between
    return store;
}

// The verified chain, leaf first and root last.
Result<std::vector<Certificate>> verified(const Certificate& leaf, std::span<const Certificate> others,
                                          const Certificate& root, int purpose) {
    const X509Store store = store_of(root, purpose);
    const Certificates untrusted(sk_X509_new_null());
    HZ_CHECK(untrusted, "a list of certificates");
    for (const Certificate& other : others) {
        X509Certificate parsed = parse(other);
        HZ_CHECK(sk_X509_push(untrusted.get(), parsed.get()) > 0, "a list of certificates");
        static_cast<void>(parsed.release());  // the list owns it now
    }
    const X509Certificate subject = parse(leaf);
    const X509StoreContext context(X509_STORE_CTX_new());
    HZ_CHECK(context && X509_STORE_CTX_init(context.get(), store.get(), subject.get(), untrusted.get()) == 1,
             "a verification");
    const bool good = X509_verify_cert(context.get()) == 1;
    ERR_clear_error();
    if (!good) {
        return refusal::kCertificateUntrusted.because(
            X509_verify_cert_error_string(X509_STORE_CTX_get_error(context.get())));
    }
    const STACK_OF(X509)* chain = X509_STORE_CTX_get0_chain(context.get());
    std::vector<Certificate> certificates;
    for (int i = 0; i < sk_X509_num(chain); ++i) {
        HZ_ASSIGN(Certificate next, Certificate::read(der_bytes<i2d_X509>(sk_X509_value(chain, i))));
        certificates.push_back(std::move(next));
    }
    return certificates;
}

bool is_authority(const Certificate& certificate, long max_below) {
    const X509Certificate parsed = parse(certificate);
    const long below = X509_get_pathlen(parsed.get());
    return (X509_get_extension_flags(parsed.get()) & EXFLAG_CA) != 0 && below >= 0 && below <= max_below &&
           (X509_get_key_usage(parsed.get()) & X509v3_KU_KEY_CERT_SIGN) != 0;
}

}  // namespace

Status check_root_form(const Certificate& root) {
    HZ_TRY(verified(root, {}, root, X509_PURPOSE_ANY));
    if (is_authority(root, 1)) return {};
    return refusal::kCertificateUntrusted.because("the root is no authority for one level below it");
}

Status check_issuer(const Certificate& issuing, const Certificate& root) {
    HZ_ASSIGN(const auto chain, verified(issuing, {}, root, X509_PURPOSE_ANY));
    if (chain.size() == 2 && is_authority(issuing, 0)) return {};
    return refusal::kCertificateUntrusted.because("not an issuing certificate of this root");
}

Result<Certificate> find_issuer(const Certificate& leaf, Role role, std::span<const Certificate> others,
                                const Certificate& root) {
    HZ_ASSIGN(auto chain,
              verified(leaf, others, root,
                       role == Role::kCoordinator ? X509_PURPOSE_SSL_SERVER : X509_PURPOSE_SSL_CLIENT));
    if (chain.size() != 3) {
        return refusal::kCertificateUntrusted.because("no issuing certificate between it and the root");
    }
    return std::move(chain[1]);
}

}  // namespace huizhen::identity
