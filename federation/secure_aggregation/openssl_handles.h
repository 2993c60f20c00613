#pragma once

// Owners for what OpenSSL allocates, for the sources of this folder alone.

#include <memory>

#include <openssl/evp.h>
#include <openssl/kdf.h>

namespace huizhen::secagg {

template <auto Free>
struct Freed {
    template <typename T>
    void operator()(T* spent) const {
        Free(spent);
    }
};

using EvpKey = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;
using EvpKeyContext = std::unique_ptr<EVP_PKEY_CTX, Freed<EVP_PKEY_CTX_free>>;
using EvpCipherContext = std::unique_ptr<EVP_CIPHER_CTX, Freed<EVP_CIPHER_CTX_free>>;
using EvpDigestContext = std::unique_ptr<EVP_MD_CTX, Freed<EVP_MD_CTX_free>>;

}  // namespace huizhen::secagg
