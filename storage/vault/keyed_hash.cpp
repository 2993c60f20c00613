#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <huizhen/base/check.h>
#include <huizhen/vault/keyed_hash.h>

namespace huizhen::vault {

namespace {

struct FreeMac {
    void operator()(EVP_MAC* spent) const { EVP_MAC_free(spent); }
    void operator()(EVP_MAC_CTX* spent) const { EVP_MAC_CTX_free(spent); }
};

EVP_MAC* hmac() {
    static const std::unique_ptr<EVP_MAC, FreeMac> algorithm(EVP_MAC_fetch(nullptr, "HMAC", nullptr));
    return algorithm.get();
}

}  // namespace

struct KeyedHash::State {
    std::unique_ptr<EVP_MAC_CTX, FreeMac> context{EVP_MAC_CTX_new(hmac())};
};

KeyedHash::KeyedHash(const Key& key) : state_(std::make_unique<State>()) {
    char hash[] = "SHA256";
    const OSSL_PARAM parameters[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, hash, 0),
                                     OSSL_PARAM_construct_end()};
    HZ_CHECK(state_->context &&
                 EVP_MAC_init(state_->context.get(), key.bytes().data(), key.bytes().size(), parameters) == 1,
             "OpenSSL offers no HMAC-SHA256");
}
KeyedHash::~KeyedHash() = default;
KeyedHash::KeyedHash(KeyedHash&&) noexcept = default;

void KeyedHash::update(BytesView bytes) {
    HZ_CHECK(EVP_MAC_update(state_->context.get(), bytes.data(), bytes.size()) == 1, "HMAC update");
}

Sha256Digest KeyedHash::finish() {
    Sha256Digest digest{};
    std::size_t length = 0;
    HZ_CHECK(EVP_MAC_final(state_->context.get(), digest.data(), &length, digest.size()) == 1 &&
                 length == digest.size(),
             "HMAC finish");
    return digest;
}

Sha256Digest keyed_hash(const Key& key, std::initializer_list<std::string_view> fields) {
    KeyedHash hash(key);
    for (const std::string_view field : fields) {
        std::array<std::uint8_t, 8> size{};
        for (std::size_t i = 0; i < size.size(); ++i)
            size[i] = static_cast<std::uint8_t>(field.size() >> (8 * i));
        hash.update(size);
        hash.update(view_of(field));
    }
    return hash.finish();
}

}  // namespace huizhen::vault
