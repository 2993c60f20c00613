// Phases: agree on who survived, and help to unmask their sum.

#include "site_state.h"

namespace huizhen::secagg {

namespace {

// Both lists together are the roster, each member once.
Status check_partition(const SurvivorsBody& survivors, const Roster& roster) {
    std::vector<int> reports(roster.members.size());
    for (const auto* list : {&survivors.active, &survivors.dropped}) {
        for (const std::uint32_t member : *list) {
            if (member >= reports.size()) {
                return refuse(Refusal::kUnknownSite,
                              "member " + std::to_string(member) + " is not in the roster");
            }
            ++reports[member];
        }
    }
    for (std::size_t member = 0; member < reports.size(); ++member) {
        if (reports[member] == 1) continue;
        return refuse(Refusal::kActiveAndDropped,
                      "site " + roster.members[member].site.str() +
                          (reports[member] == 0 ? " is reported neither active nor dropped"
                                                : " is reported active and dropped"));
    }
    return {};
}

Status check_survivors(const SurvivorsBody& survivors, const SiteRound& round) {
    const Roster& roster = round.roster;
    HZ_TRY(check_partition(survivors, roster));
    std::vector<bool> active(roster.members.size());
    for (const std::uint32_t member : survivors.active) active[member] = true;
    if (!active[round.self]) {
        return refuse(Refusal::kOwnSiteMisreported, "this site uploaded, but is reported dropped");
    }
    const std::uint32_t least = std::max(roster.shape.quorum, round.terms.min_sites);
    if (survivors.active.size() < least) {
        return refuse(Refusal::kFewerThanThreshold, std::to_string(survivors.active.size()) + " of " +
                                                        std::to_string(least) + " sites are left");
    }
    for (const std::uint32_t member : round.graph->neighbours(round.self)) {
        if (active[member] && !round.held.contains(member)) {
            return refuse(
                Refusal::kInconsistent,
                "site " + roster.name(member) + " is reported active, but this site got no shares of it");
        }
    }
    if (round.graph->has_torn_window(active)) {
        return refuse(Refusal::kInconsistent,
                      "so many neighbours on the ring are reported dropped that the "
                      "sums of parts could be told apart");
    }
    return {};
}

Status check_signatures(std::span<const MemberSignature> signatures, const SiteRound& round) {
    const Roster& roster = round.roster;
    if (signatures.size() < roster.shape.quorum) {
        return refuse(Refusal::kFewerThanThreshold, std::to_string(signatures.size()) + " of " +
                                                        std::to_string(roster.shape.quorum) + " signatures");
    }
    const Bytes body = agreement_body(round.survivors);
    for (const MemberSignature& signature : signatures) {
        const auto& active = round.survivors.active;
        if (!std::binary_search(active.begin(), active.end(), signature.member)) {
            return refuse(Refusal::kUnknownSite, "a signature of member " + std::to_string(signature.member) +
                                                     ", who did not survive");
        }
        const SiteId& site = roster.members[signature.member].site;
        HZ_TRY(round.identity.directory->verify(
            site, signed_part(MessageKind::kAgreement, roster.context, site, body), signature.signature));
    }
    return {};
}

}  // namespace

Result<Step<AwaitSignatures>> AwaitSurvivors::receive(BytesView message) {
    SiteRound& state = round();
    HZ_ASSIGN(const BytesView body,
              read_coordinator_frame(message, MessageKind::kSurvivors, state.roster.context));
    HZ_ASSIGN(SurvivorsBody survivors, read_survivors(body));
    HZ_TRY(check_survivors(survivors, state));
    Bytes agreement = frame_of_site(MessageKind::kAgreement, state.roster.context, state.identity.id,
                                    agreement_body(survivors), *state.identity.signer);
    state.survivors = std::move(survivors);
    return Step<AwaitSignatures>{AwaitSignatures(take()), std::move(agreement)};
}

Result<Bytes> AwaitSignatures::receive(BytesView message) {
    SiteRound& state = round();
    HZ_ASSIGN(const BytesView body,
              read_coordinator_frame(message, MessageKind::kSignatures, state.roster.context));
    HZ_ASSIGN(const std::vector<MemberSignature> signatures, read_signatures(body));
    HZ_TRY(check_signatures(signatures, state));
    std::vector<RevealedShare> revealed;
    revealed.reserve(state.held.size());
    for (auto& [member, shares] : state.held) {
        const auto& active = state.survivors.active;
        if (std::binary_search(active.begin(), active.end(), member)) {
            revealed.push_back({member, Revealed::kSelfMaskSeed, std::move(shares.self_seed)});
        } else {
            revealed.push_back({member, Revealed::kMaskKey, std::move(shares.mask_key)});
        }
    }
    Bytes unmasking = frame_of_site(MessageKind::kUnmasking, state.roster.context, state.identity.id,
                                    write_unmasking(revealed), *state.identity.signer);
    take();
    return unmasking;
}

}  // namespace huizhen::secagg
