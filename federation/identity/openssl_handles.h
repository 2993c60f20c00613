#pragma once

// Owners for what OpenSSL allocates, for the sources of this folder alone.

#include <memory>

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

namespace huizhen::identity {

template <auto Free>
struct Freed {
    template <typename T>
    void operator()(T* spent) const {
        Free(spent);
    }
};

// The frees of stacks are macros.
struct FreedStack {
    void operator()(GENERAL_NAMES* spent) const { GENERAL_NAMES_free(spent); }
    void operator()(STACK_OF(X509_EXTENSION) * spent) const {
        sk_X509_EXTENSION_pop_free(spent, X509_EXTENSION_free);
    }
    void operator()(STACK_OF(X509) * spent) const { sk_X509_pop_free(spent, X509_free); }
};

using Bio = std::unique_ptr<BIO, Freed<BIO_free_all>>;
using EvpKey = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;
using X509Certificate = std::unique_ptr<X509, Freed<X509_free>>;
using X509Request = std::unique_ptr<X509_REQ, Freed<X509_REQ_free>>;
using X509List = std::unique_ptr<X509_CRL, Freed<X509_CRL_free>>;
using X509Extension = std::unique_ptr<X509_EXTENSION, Freed<X509_EXTENSION_free>>;
using X509Store = std::unique_ptr<X509_STORE, Freed<X509_STORE_free>>;
using X509StoreContext = std::unique_ptr<X509_STORE_CTX, Freed<X509_STORE_CTX_free>>;
using Asn1Integer = std::unique_ptr<ASN1_INTEGER, Freed<ASN1_INTEGER_free>>;
using Asn1Time = std::unique_ptr<ASN1_TIME, Freed<ASN1_TIME_free>>;
using BigNumber = std::unique_ptr<BIGNUM, Freed<BN_free>>;
using Names = std::unique_ptr<GENERAL_NAMES, FreedStack>;
using Extensions = std::unique_ptr<STACK_OF(X509_EXTENSION), FreedStack>;
using Certificates = std::unique_ptr<STACK_OF(X509), FreedStack>;

}  // namespace huizhen::identity
