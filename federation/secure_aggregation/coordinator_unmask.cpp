// The last phase: put the secrets together again from their shares and take the masks out of the sum.

#include <huizhen/base/check.h>

#include "coordinator_state.h"

namespace huizhen::secagg {

namespace {

std::uint8_t share_position(const NeighbourGraph& graph, std::uint32_t about, std::uint32_t holder) {
    const auto holders = graph.share_holders(about);
    return static_cast<std::uint8_t>(std::find(holders.begin(), holders.end(), holder) - holders.begin() + 1);
}

// Every member whose shares this one holds: its neighbours that shared, and itself.
std::vector<std::uint32_t> held_by(const CoordinatorRound& round, std::uint32_t member) {
    std::vector<std::uint32_t> held;
    for (const std::uint32_t maker : round.graph->share_holders(member)) {
        if (round.sharers.contains(maker)) held.push_back(maker);
    }
    return held;
}

Status check_revealed(std::span<const RevealedShare> shares, const CoordinatorRound& round,
                      std::uint32_t member) {
    const auto expected = held_by(round, member);
    const bool as_expected = std::equal(
        shares.begin(), shares.end(), expected.begin(), expected.end(),
        [&](const RevealedShare& share, std::uint32_t about) {
            const Revealed kind = round.active(about) ? Revealed::kSelfMaskSeed : Revealed::kMaskKey;
            return share.about == about && share.kind == kind;
        });
    if (as_expected) return {};
    return refuse(Refusal::kMalformed,
                  "site " + round.roster.name(member) + " did not reveal one share about each it holds");
}

// The secret about `member` that `fits` what it committed to. One wrong share does no harm if there is
// another to take its place: each of those used is left out in turn.
template <typename Fits>
Result<Secret32> recover_about(CoordinatorRound& round, std::uint32_t member, Fits fits) {
    std::vector<Share>& shares = round.revealed[member];
    const std::size_t threshold = round.roster.shape.threshold;
    const SiteId& site = round.roster.members[member].site;
    auto secret = recover(shares, threshold);
    if (!secret) return fail(about(secret.error(), site));
    for (std::size_t i = 0; i < threshold && shares.size() > threshold && !fits(*secret); ++i) {
        std::swap(shares[i], shares.back());
        secret = recover(shares, threshold);
        std::swap(shares[i], shares.back());
    }
    if (fits(*secret)) return secret;
    return refuse(Refusal::kWrongShare,
                  "the shares about site " + site.str() + " do not give back what it committed to");
}

// What must be applied to the sum: the survivors' own masks, and what they added for the dropped, taken back.
Result<std::vector<Mask>> masks_to_remove(CoordinatorRound& round) {
    std::vector<Mask> masks;
    for (const std::uint32_t member : round.survivors.active) {
        HZ_ASSIGN(const Secret32 seed, recover_about(round, member, [&](const Secret32& candidate) {
                      return seed_commitment(candidate, round.roster.context, member) ==
                             round.commitments.at(member);
                  }));
        masks.push_back(opposite(self_mask(seed, round.roster.context, member)));
    }
    for (const std::uint32_t gone : round.survivors.dropped) {
        if (!round.sharers.contains(gone)) continue;  // nobody masked because of it
        HZ_ASSIGN(const Secret32 key, recover_about(round, gone, [&](const Secret32& candidate) {
                      return public_key_of(candidate) == round.roster.members[gone].mask_key;
                  }));
        for (const std::uint32_t neighbour : round.graph->neighbours(gone)) {
            if (!round.active(neighbour)) continue;
            // What `gone` would have applied cancels what the neighbour did.
            HZ_ASSIGN(Mask mask, pair_mask(key, round.roster.members[neighbour].mask_key,
                                           round.roster.context, gone, neighbour));
            masks.push_back(std::move(mask));
        }
    }
    return masks;
}

}  // namespace

Status CollectUnmasking::accept(BytesView message) {
    CoordinatorRound& state = round();
    HZ_ASSIGN(const Frame frame,
              read_site_frame(message, MessageKind::kUnmasking, state.roster.context, *state.directory));
    HZ_ASSIGN(const std::uint32_t member, state.read_sender(frame));
    HZ_ASSIGN(std::vector<RevealedShare> shares, read_unmasking(frame.body));
    HZ_TRY(check_revealed(shares, state, member));
    for (RevealedShare& share : shares) {
        state.revealed[share.about].push_back(
            {share_position(*state.graph, share.about, member), std::move(share.value)});
    }
    state.answered.insert(member);
    return {};
}

Result<Outcome> CollectUnmasking::finish(Executor& executor) {
    CoordinatorRound& state = round();
    HZ_ASSIGN(const std::vector<Mask> masks, masks_to_remove(state));
    apply_masks(masks, state.sum, executor);
    Outcome outcome;
    outcome.sum = std::move(state.sum);
    for (const std::uint32_t member : state.survivors.active) {
        outcome.included.push_back(state.roster.members[member].site);
    }
    for (const std::uint32_t member : state.survivors.dropped) {
        outcome.left_out.push_back({state.roster.members[member].site,
                                    state.sharers.contains(member) ? LeftAt::kUpload : LeftAt::kShares});
    }
    take();
    return outcome;
}

}  // namespace huizhen::secagg
