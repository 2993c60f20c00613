#include <openssl/pem.h>
#include <openssl/x509.h>

#include <huizhen/rpc/refusal.h>

#include "gate.h"

namespace huizhen::rpc {

namespace {

struct Free {
    void operator()(BIO* p) const { BIO_free(p); }
    void operator()(X509* p) const { X509_free(p); }
    void operator()(EVP_PKEY* p) const { EVP_PKEY_free(p); }
};
template <typename T>
using Owned = std::unique_ptr<T, Free>;

Owned<BIO> reader(const std::string& pem) {
    return Owned<BIO>(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
}

Owned<X509> certificate(const std::string& pem) {
    return Owned<X509>(PEM_read_bio_X509(reader(pem).get(), nullptr, nullptr, nullptr));
}

}  // namespace

Status check_identity(const TlsIdentity& identity, bool needs_certificate) {
    if (!certificate(identity.trust_pem)) {
        return fail(ErrorCode::kInvalidArgument, "the trusted roots are no PEM certificates");
    }
    if (identity.certificate_chain_pem.empty() && !needs_certificate) return {};
    const auto leaf = certificate(identity.certificate_chain_pem);
    if (!leaf) return fail(ErrorCode::kInvalidArgument, "the own certificate is no PEM certificate");
    const Owned<EVP_PKEY> key(
        PEM_read_bio_PrivateKey(reader(identity.private_key_pem).get(), nullptr, nullptr, nullptr));
    if (!key) return fail(ErrorCode::kInvalidArgument, "the own private key is no PEM key without password");
    if (X509_check_private_key(leaf.get(), key.get()) != 1) {
        return fail(ErrorCode::kInvalidArgument, "the private key is not the certificate's");
    }
    return {};
}

}  // namespace huizhen::rpc
