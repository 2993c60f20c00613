#include "round_keys.h"

#include <huizhen/secure_aggregation/key_derivation.h>

namespace huizhen::secagg {

namespace {

Bytes purpose(std::string_view what, std::uint32_t first, std::uint32_t second) {
    Writer info;
    info.block(what);
    info.u32(first);
    info.u32(second);
    return info.take();
}

Result<Secret32> agreed_key(const Secret32& own, const PublicKey& peer, const Sha256Digest& context,
                            BytesView info) {
    HZ_ASSIGN(const Secret32 shared, agree(own, peer));
    return derive_key(shared.bytes(), context, info);
}

}  // namespace

Result<Secret32> share_box_key(const Secret32& own, const PublicKey& peer, const Sha256Digest& context,
                               std::uint32_t from, std::uint32_t to) {
    return agreed_key(own, peer, context, purpose("share box", from, to));
}

Bytes share_box_label(const Sha256Digest& context, std::uint32_t from, std::uint32_t to) {
    Bytes label = purpose("share box", from, to);
    label.insert(label.end(), context.begin(), context.end());
    return label;
}

Result<Mask> pair_mask(const Secret32& own, const PublicKey& peer_key, const Sha256Digest& context,
                       std::uint32_t member, std::uint32_t peer) {
    HZ_ASSIGN(Secret32 seed,
              agreed_key(own, peer_key, context,
                         purpose("pair mask", std::min(member, peer), std::max(member, peer))));
    return Mask{std::move(seed), member < peer ? MaskSign::kAdd : MaskSign::kSubtract};
}

Mask self_mask(const Secret32& seed, const Sha256Digest& context, std::uint32_t member) {
    return {derive_key(seed.bytes(), context, purpose("self mask", member, member)), MaskSign::kAdd};
}

Sha256Digest seed_commitment(const Secret32& seed, const Sha256Digest& context, std::uint32_t member) {
    Sha256Digest commitment{};
    hkdf_sha256(seed.bytes(), context, purpose("seed commitment", member, member), commitment);
    return commitment;
}

Mask opposite(Mask mask) {
    mask.sign = mask.sign == MaskSign::kAdd ? MaskSign::kSubtract : MaskSign::kAdd;
    return mask;
}

}  // namespace huizhen::secagg
