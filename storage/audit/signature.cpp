#include <openssl/evp.h>

#include <huizhen/audit/signature.h>
#include <huizhen/base/check.h>

namespace huizhen::audit {

namespace {

struct Free {
    void operator()(EVP_PKEY* spent) const { EVP_PKEY_free(spent); }
    void operator()(EVP_MD_CTX* spent) const { EVP_MD_CTX_free(spent); }
};
using Key = std::unique_ptr<EVP_PKEY, Free>;
using Context = std::unique_ptr<EVP_MD_CTX, Free>;

}  // namespace

struct Signer::State {
    Key key;
};

Signer::Signer(const Secret<32>& seed) : state_(std::make_unique<State>()) {
    state_->key.reset(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, seed.bytes().data(), 32));
    HZ_CHECK(state_->key, "OpenSSL offers no Ed25519");
}
Signer::~Signer() = default;
Signer::Signer(Signer&&) noexcept = default;

Signature Signer::sign(std::span<const std::uint8_t> message) const {
    const Context context(EVP_MD_CTX_new());
    Signature signature{};
    std::size_t length = signature.size();
    HZ_CHECK(
        context && EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, state_->key.get()) == 1 &&
            EVP_DigestSign(context.get(), signature.data(), &length, message.data(), message.size()) == 1,
        "Ed25519 signature");
    return signature;
}

PublicKey Signer::public_key() const {
    PublicKey key{};
    std::size_t length = key.size();
    HZ_CHECK(EVP_PKEY_get_raw_public_key(state_->key.get(), key.data(), &length) == 1, "Ed25519 public key");
    return key;
}

bool is_signed(const PublicKey& key, std::span<const std::uint8_t> message, const Signature& signature) {
    const Key handle(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, key.data(), key.size()));
    const Context context(EVP_MD_CTX_new());
    return handle && context &&
           EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, handle.get()) == 1 &&
           EVP_DigestVerify(context.get(), signature.data(), signature.size(), message.data(),
                            message.size()) == 1;
}

}  // namespace huizhen::audit
