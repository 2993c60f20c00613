#include <huizhen/base/check.h>
#include <huizhen/secure_aggregation/key_agreement.h>
#include <huizhen/secure_aggregation/refusal.h>

#include "openssl_handles.h"

namespace huizhen::secagg {

namespace {

EvpKey private_handle(const Secret32& key) {
    EvpKey handle(
        EVP_PKEY_new_raw_private_key(EVP_PKEY_X25519, nullptr, key.bytes().data(), key.bytes().size()));
    HZ_CHECK(handle, "OpenSSL offers no X25519");
    return handle;
}

}  // namespace

PublicKey public_key_of(const Secret32& private_key) {
    const EvpKey handle = private_handle(private_key);
    PublicKey key{};
    std::size_t length = key.size();
    HZ_CHECK(EVP_PKEY_get_raw_public_key(handle.get(), key.data(), &length) == 1 && length == key.size(),
             "X25519 public key");
    return key;
}

KeyPair KeyPair::generate(RandomSource& random) {
    KeyPair pair;
    random.fill(pair.private_key.mutable_bytes());
    pair.public_key = public_key_of(pair.private_key);
    return pair;
}

Result<Secret32> agree(const Secret32& own, const PublicKey& peer) {
    const EvpKey mine = private_handle(own);
    const EvpKey theirs(EVP_PKEY_new_raw_public_key(EVP_PKEY_X25519, nullptr, peer.data(), peer.size()));
    const EvpKeyContext context(EVP_PKEY_CTX_new(mine.get(), nullptr));
    HZ_CHECK(theirs && context && EVP_PKEY_derive_init(context.get()) == 1, "X25519 set-up");
    Secret32 shared;
    std::size_t length = shared.bytes().size();
    // OpenSSL refuses an all-zero result (RFC 7748, section 6.1).
    if (EVP_PKEY_derive_set_peer(context.get(), theirs.get()) != 1 ||
        EVP_PKEY_derive(context.get(), shared.mutable_bytes().data(), &length) != 1 || length != 32) {
        return refuse(Refusal::kWeakKey, "the peer's public key is of small order");
    }
    return shared;
}

}  // namespace huizhen::secagg
