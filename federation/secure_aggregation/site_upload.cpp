// Phases: open the neighbours' shares, and mask the upload.

#include <huizhen/secure_aggregation/share_cipher.h>

#include "site_state.h"

namespace huizhen::secagg {

namespace {

Result<HeldShares> open_box(const SiteRound& round, const AddressedBox& box) {
    HZ_ASSIGN(const Secret32 key,
              share_box_key(round.share_key.private_key, round.roster.members[box.member].share_key,
                            round.roster.context, box.member, round.self));
    Secret<kBoxPlainBytes> plain;
    HZ_TRY(open(key, box.box, share_box_label(round.roster.context, box.member, round.self),
                plain.mutable_bytes()));
    return HeldShares{Secret32(plain.bytes().first<kShareBytes>()),
                      Secret32(plain.bytes().last<kShareBytes>())};
}

}  // namespace

Result<MaskUpload> AwaitShares::receive(BytesView message) {
    SiteRound& state = round();
    HZ_ASSIGN(const BytesView body,
              read_coordinator_frame(message, MessageKind::kDelivery, state.roster.context));
    HZ_ASSIGN(const std::vector<AddressedBox> boxes, read_delivery(body));
    const auto neighbours = state.graph->neighbours(state.self);
    if (boxes.size() + 1 < state.roster.shape.threshold) {
        return refuse(Refusal::kFewerThanThreshold, std::to_string(boxes.size() + 1) + " of " +
                                                        std::to_string(state.roster.shape.threshold) +
                                                        " share holders are left around this site");
    }
    std::map<std::uint32_t, HeldShares> opened;
    for (const AddressedBox& box : boxes) {
        if (!std::binary_search(neighbours.begin(), neighbours.end(), box.member)) {
            return refuse(Refusal::kUnknownSite, "a box of member " + std::to_string(box.member) +
                                                     ", who is no neighbour of this site");
        }
        auto shares = open_box(state, box);
        if (!shares) return fail(about(shares.error(), state.roster.members[box.member].site));
        opened.emplace(box.member, std::move(*shares));
    }
    state.held.merge(opened);
    return MaskUpload(take());
}

Result<Sha256Digest> MaskUpload::mask_in_place(std::span<std::uint32_t> words, Executor& executor) const {
    const SiteRound& state = round();
    if (words.size() != state.terms.words) {
        return refuse(Refusal::kWrongLength,
                      std::to_string(words.size()) + " words, not " + std::to_string(state.terms.words));
    }
    std::vector<Mask> masks;
    masks.reserve(state.held.size());
    masks.push_back(self_mask(state.self_seed, state.roster.context, state.self));
    for (const auto& [member, shares] : state.held) {
        if (member == state.self) continue;
        auto mask = pair_mask(state.mask_key.private_key, state.roster.members[member].mask_key,
                              state.roster.context, state.self, member);
        if (!mask) return fail(about(mask.error(), state.roster.members[member].site));
        masks.push_back(std::move(*mask));
    }
    apply_masks(masks, words, executor);
    return digest_of_words(words);
}

Step<AwaitSurvivors> MaskUpload::already_masked(const Sha256Digest& digest) {
    SiteRound& state = round();
    const UploadBody body{state.terms.words, digest};
    Bytes message = frame_of_site(MessageKind::kUpload, state.roster.context, state.identity.id,
                                  write_upload(body), *state.identity.signer);
    state.share_key = {};
    state.mask_key = {};
    state.self_seed = {};
    return {AwaitSurvivors(take()), std::move(message)};
}

Result<Step<AwaitSurvivors>> MaskUpload::mask(std::span<std::uint32_t> words, Executor& executor) {
    HZ_ASSIGN(const Sha256Digest digest, mask_in_place(words, executor));
    return already_masked(digest);
}

const RoundShape& MaskUpload::shape() const { return round().roster.shape; }

}  // namespace huizhen::secagg
