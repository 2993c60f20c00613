#include <openssl/core_names.h>
#include <openssl/params.h>

#include <huizhen/base/check.h>
#include <huizhen/secure_aggregation/key_derivation.h>

#include "openssl_handles.h"

namespace huizhen::secagg {

namespace {

using Kdf = std::unique_ptr<EVP_KDF, Freed<EVP_KDF_free>>;
using KdfContext = std::unique_ptr<EVP_KDF_CTX, Freed<EVP_KDF_CTX_free>>;

// OSSL_PARAM takes a writable pointer and does not write through it.
OSSL_PARAM octets(const char* name, BytesView bytes) {
    return OSSL_PARAM_construct_octet_string(name, const_cast<std::uint8_t*>(bytes.data()), bytes.size());
}

}  // namespace

void hkdf_sha256(BytesView input_key, BytesView salt, BytesView info, std::span<std::uint8_t> output) {
    static const Kdf algorithm(EVP_KDF_fetch(nullptr, "HKDF", nullptr));
    const KdfContext context(EVP_KDF_CTX_new(algorithm.get()));
    char hash[] = "SHA256";
    std::array<OSSL_PARAM, 5> parameters{};
    auto next = parameters.begin();
    *next++ = OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, hash, 0);
    *next++ = octets(OSSL_KDF_PARAM_KEY, input_key);
    // OpenSSL takes no empty string; without one the salt is zeros and the info empty, as the RFC says.
    if (!salt.empty()) *next++ = octets(OSSL_KDF_PARAM_SALT, salt);
    if (!info.empty()) *next++ = octets(OSSL_KDF_PARAM_INFO, info);
    *next = OSSL_PARAM_construct_end();
    HZ_CHECK(context && EVP_KDF_derive(context.get(), output.data(), output.size(), parameters.data()) == 1,
             "HKDF-SHA256");
}

Secret<32> derive_key(BytesView input_key, BytesView salt, BytesView info) {
    Secret<32> key;
    hkdf_sha256(input_key, salt, info, key.mutable_bytes());
    return key;
}

}  // namespace huizhen::secagg
