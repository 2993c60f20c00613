#pragma once

// AES-256-GCM (NIST SP 800-38D) of what one site tells another through the coordinator.
// A box is nonce (12 bytes) | ciphertext | tag (16 bytes).

#include <huizhen/base/random_source.h>
#include <huizhen/base/result.h>
#include <huizhen/secure_aggregation/bytes.h>
#include <huizhen/secure_aggregation/key_agreement.h>

namespace huizhen::secagg {

inline constexpr std::size_t kNonceBytes = 12, kTagBytes = 16, kBoxOverhead = kNonceBytes + kTagBytes;

// `associated` is authenticated, not sent: who to whom, in which round.
Bytes seal(const Secret32& key, BytesView plain, BytesView associated, RandomSource& random);

// Fills `plain`, whose size the caller knows. kMalformedInput: another size; kIntegrity: forged, or sealed
// for somebody or something else; `plain` is then wiped.
Status open(const Secret32& key, BytesView box, BytesView associated, std::span<std::uint8_t> plain);

}  // namespace huizhen::secagg
