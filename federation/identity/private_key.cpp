#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>

#include <huizhen/base/check.h>
#include <huizhen/identity/private_key.h>
#include <huizhen/identity/refusal.h>

#include "x509_values.h"

namespace huizhen::identity {

namespace {

using Pkcs8 = std::unique_ptr<PKCS8_PRIV_KEY_INFO, Freed<PKCS8_PRIV_KEY_INFO_free>>;
using SealedPkcs8 = std::unique_ptr<X509_SIG, Freed<X509_SIG_free>>;

constexpr std::size_t kMaxPemBytes = 8192;

// Given to every reader of PEM: without it OpenSSL would ask at the terminal.
int no_passphrase(char*, int, int, void*) { return -1; }

Result<secagg::Secret32> raw_key(const EVP_PKEY* key) {
    secagg::Secret32 raw;
    std::size_t length = raw.bytes().size();
    if (key == nullptr || EVP_PKEY_get_id(key) != EVP_PKEY_ED25519 ||
        EVP_PKEY_get_raw_private_key(key, raw.mutable_bytes().data(), &length) != 1) {
        ERR_clear_error();
        return refusal::kKeyMalformed.because("not an Ed25519 private key in PKCS#8 PEM");
    }
    return raw;
}

std::string_view held_by(BIO* bio) {
    char* text = nullptr;
    const long length = BIO_get_mem_data(bio, &text);
    return {text, static_cast<std::size_t>(length)};
}

}  // namespace

PrivateKey PrivateKey::generate(RandomSource& random) {
    secagg::Secret32 key;
    random.fill(key.mutable_bytes());
    return PrivateKey(std::move(key));
}

Result<PrivateKey> PrivateKey::from_pem(std::string_view pem) {
    if (pem.size() > kMaxPemBytes) return refusal::kKeyMalformed.because("too large for a key");
    const Bio bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
    const EvpKey key(PEM_read_bio_PrivateKey(bio.get(), nullptr, no_passphrase, nullptr));
    ERR_clear_error();
    HZ_ASSIGN(secagg::Secret32 raw, raw_key(key.get()));
    return PrivateKey(std::move(raw));
}

SecretText PrivateKey::to_pem() const {
    const EvpKey key = handle_of(*this);
    const Bio bio(BIO_new(BIO_s_secmem()));  // wiped when it is freed
    HZ_CHECK(bio && PEM_write_bio_PKCS8PrivateKey(bio.get(), key.get(), nullptr, nullptr, 0, nullptr,
                                                  nullptr) == 1,
             "PKCS#8");
    return SecretText(held_by(bio.get()));
}

Result<std::string> PrivateKey::seal(const SecretText& passphrase, RandomSource& random) const {
    const std::string_view pass = passphrase.reveal_secret("the key is sealed under it");
    if (pass.size() < kMinPassphraseBytes) {
        return refusal::kPassphraseWeak.because("at least " + std::to_string(kMinPassphraseBytes) +
                                                " characters");
    }
    std::array<std::uint8_t, 16> salt{}, start{};
    random.fill(salt);
    random.fill(start);
    X509_ALGOR* scheme = PKCS5_pbe2_set_scrypt(EVP_aes_256_cbc(), salt.data(), static_cast<int>(salt.size()),
                                               start.data(), 1 << 14, 8, 5);
    const EvpKey key = handle_of(*this);
    const Pkcs8 plain(EVP_PKEY2PKCS8(key.get()));
    HZ_CHECK(scheme && plain, "PKCS#8 with scrypt");
    // Takes the scheme over.
    const SealedPkcs8 sealed(PKCS8_set0_pbe(pass.data(), static_cast<int>(pass.size()), plain.get(), scheme));
    const Bio bio(BIO_new(BIO_s_mem()));
    HZ_CHECK(sealed && bio && PEM_write_bio_PKCS8(bio.get(), sealed.get()) == 1, "a sealed key");
    return std::string(held_by(bio.get()));
}

Result<PrivateKey> PrivateKey::unseal(std::string_view sealed_pem, const SecretText& passphrase) {
    if (sealed_pem.size() > kMaxPemBytes) return refusal::kKeyMalformed.because("too large for a key");
    const Bio bio(BIO_new_mem_buf(sealed_pem.data(), static_cast<int>(sealed_pem.size())));
    const SealedPkcs8 sealed(PEM_read_bio_PKCS8(bio.get(), nullptr, no_passphrase, nullptr));
    ERR_clear_error();
    if (!sealed) return refusal::kKeyMalformed.because("not a sealed PKCS#8 key");
    const std::string_view pass = passphrase.reveal_secret("the key is opened with it");
    const Pkcs8 plain(PKCS8_decrypt(sealed.get(), pass.data(), static_cast<int>(pass.size())));
    ERR_clear_error();
    if (!plain) return refusal::kPassphraseWrong.because("the key does not open with this passphrase");
    const EvpKey key(EVP_PKCS82PKEY(plain.get()));
    ERR_clear_error();
    HZ_ASSIGN(secagg::Secret32 raw, raw_key(key.get()));
    return PrivateKey(std::move(raw));
}

bool is_signed_by(const PublicKey& key, BytesView message, BytesView signature) {
    const secagg::SiteId holder("holder");
    return secagg::Ed25519Directory({{holder, key}}).verify(holder, message, signature).has_value();
}

}  // namespace huizhen::identity
