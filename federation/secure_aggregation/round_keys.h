#pragma once

// The keys of a round, each bound to the round's context, to what it is for and to whom.

#include <huizhen/secure_aggregation/mask.h>

#include "roster.h"

namespace huizhen::secagg {

// Seals the shares that member `from` makes for member `to`.
Result<Secret32> share_box_key(const Secret32& own, const PublicKey& peer, const Sha256Digest& context,
                               std::uint32_t from, std::uint32_t to);

// What is authenticated with them.
Bytes share_box_label(const Sha256Digest& context, std::uint32_t from, std::uint32_t to);

// The mask that `member` applies because of `peer`: the lower number adds it, the higher takes it away.
Result<Mask> pair_mask(const Secret32& own, const PublicKey& peer_key, const Sha256Digest& context,
                       std::uint32_t member, std::uint32_t peer);

// The mask that a member adds from its own seed.
Mask self_mask(const Secret32& seed, const Sha256Digest& context, std::uint32_t member);

// Published with the shares, so that a wrong share is noticed. It hides a seed of 256 random bits.
Sha256Digest seed_commitment(const Secret32& seed, const Sha256Digest& context, std::uint32_t member);

// The same mask, taken back.
Mask opposite(Mask mask);

}  // namespace huizhen::secagg
