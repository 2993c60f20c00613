#pragma once

// An Ed25519 private key (RFC 8032), made where it is used and never sent. As a file: PKCS#8 PEM, which the
// caller writes with mode 0600 before it sends any request made with it.

#include <huizhen/base/random_source.h>
#include <huizhen/identity/peer_identity.h>
#include <huizhen/identity/secret_text.h>
#include <huizhen/secure_aggregation/signature.h>

namespace huizhen::identity {

class PrivateKey {
  public:
    static PrivateKey generate(RandomSource& random);
    // "key-malformed"; any other kind of key too. Never asks at the terminal for a passphrase.
    static Result<PrivateKey> from_pem(std::string_view pem);

    SecretText to_pem() const;

    // Under a passphrase: PKCS#8 with scrypt (N 2^14, r 8, p 5) and AES-256-CBC, as `openssl pkey` reads it.
    // "passphrase-weak": fewer than 12 characters.
    static constexpr std::size_t kMinPassphraseBytes = 12;
    Result<std::string> seal(const SecretText& passphrase, RandomSource& random) const;
    // "passphrase-wrong", "key-malformed".
    static Result<PrivateKey> unseal(std::string_view sealed_pem, const SecretText& passphrase);

    PublicKey public_key() const { return signer().public_key(); }
    Bytes sign(BytesView message) const { return signer().sign(message); }
    PrivateKey clone() const { return PrivateKey(secagg::Secret32(key_.bytes())); }

    const secagg::Secret32& reveal_secret(const char* /*why*/) const { return key_; }

  private:
    explicit PrivateKey(secagg::Secret32 key) : key_(std::move(key)) {}
    secagg::Ed25519Signer signer() const { return secagg::Ed25519Signer(secagg::Secret32(key_.bytes())); }

    secagg::Secret32 key_;
};

// Whether `signature` is that key's under `message`.
bool is_signed_by(const PublicKey& key, BytesView message, BytesView signature);

}  // namespace huizhen::identity
