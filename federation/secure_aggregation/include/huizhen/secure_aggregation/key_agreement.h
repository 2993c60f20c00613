#pragma once

// X25519 (RFC 7748): two sites reach one secret through a coordinator that reads everything they send.

#include <huizhen/base/random_source.h>
#include <huizhen/base/result.h>
#include <huizhen/base/secret.h>

namespace huizhen::secagg {

using Secret32 = Secret<32>;
using PublicKey = std::array<std::uint8_t, 32>;

// The public key that belongs to a private one.
PublicKey public_key_of(const Secret32& private_key);

struct KeyPair {
    Secret32 private_key;
    PublicKey public_key{};

    static KeyPair generate(RandomSource& random);
};

// The shared point. Not uniform: put it through HKDF before any use. kIntegrity when the peer's key is of
// small order, since the secret would then be the same for everybody.
Result<Secret32> agree(const Secret32& own, const PublicKey& peer);

}  // namespace huizhen::secagg
