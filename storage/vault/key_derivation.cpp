#include "key_derivation.h"

#include <memory>

#include <openssl/core_names.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

#include <huizhen/base/check.h>
#include <huizhen/vault/keyed_hash.h>

namespace huizhen::vault {

namespace {

struct FreeKdf {
    void operator()(EVP_KDF* spent) const { EVP_KDF_free(spent); }
    void operator()(EVP_KDF_CTX* spent) const { EVP_KDF_CTX_free(spent); }
};

// OSSL_PARAM takes a writable pointer and does not write through it.
OSSL_PARAM octets(const char* name, BytesView bytes) {
    return OSSL_PARAM_construct_octet_string(name, const_cast<std::uint8_t*>(bytes.data()), bytes.size());
}

}  // namespace

Key hkdf(const Key& input, std::string_view info) {
    HZ_CHECK(!info.empty(), "every key is for something");
    const std::unique_ptr<EVP_KDF, FreeKdf> algorithm(EVP_KDF_fetch(nullptr, "HKDF", nullptr));
    const std::unique_ptr<EVP_KDF_CTX, FreeKdf> context(EVP_KDF_CTX_new(algorithm.get()));
    char hash[] = "SHA256";
    const OSSL_PARAM parameters[] = {OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, hash, 0),
                                     octets(OSSL_KDF_PARAM_KEY, input.bytes()),
                                     octets(OSSL_KDF_PARAM_INFO, view_of(info)), OSSL_PARAM_construct_end()};
    Key key;
    HZ_CHECK(context && EVP_KDF_derive(context.get(), key.mutable_bytes().data(), 32, parameters) == 1,
             "HKDF-SHA256");
    return key;
}

KeyId key_id_of(const Key& key) {
    KeyedHash hash(key);
    hash.update(view_of("huizhen key id"));
    const Sha256Digest digest = hash.finish();
    KeyId id{};
    std::copy_n(digest.begin(), id.size(), id.begin());
    return id;
}

}  // namespace huizhen::vault
