#include <huizhen/base/check.h>
#include <huizhen/secure_aggregation/refusal.h>
#include <huizhen/secure_aggregation/signature.h>

#include "openssl_handles.h"

namespace huizhen::secagg {

namespace {

EvpKey private_handle(const Secret32& key) {
    EvpKey handle(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, key.bytes().data(), 32));
    HZ_CHECK(handle, "OpenSSL offers no Ed25519");
    return handle;
}

}  // namespace

Bytes Ed25519Signer::sign(BytesView message) const {
    const EvpKey key = private_handle(private_key_);
    const EvpDigestContext context(EVP_MD_CTX_new());
    Bytes signature(64);
    std::size_t length = signature.size();
    HZ_CHECK(
        context && EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key.get()) == 1 &&
            EVP_DigestSign(context.get(), signature.data(), &length, message.data(), message.size()) == 1,
        "Ed25519 signature");
    return signature;
}

PublicKey Ed25519Signer::public_key() const {
    const EvpKey handle = private_handle(private_key_);
    PublicKey key{};
    std::size_t length = key.size();
    HZ_CHECK(EVP_PKEY_get_raw_public_key(handle.get(), key.data(), &length) == 1, "Ed25519 public key");
    return key;
}

Status Ed25519Directory::verify(const SiteId& site, BytesView message, BytesView signature) const {
    const auto found = keys_.find(site);
    if (found == keys_.end()) return refuse(Refusal::kUnknownSite, site.str());
    const EvpKey key(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, found->second.data(), 32));
    const EvpDigestContext context(EVP_MD_CTX_new());
    if (key && context && EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key.get()) == 1 &&
        EVP_DigestVerify(context.get(), signature.data(), signature.size(), message.data(), message.size()) ==
            1) {
        return {};
    }
    return refuse(Refusal::kForged, "not the signature of site " + site.str());
}

}  // namespace huizhen::secagg
