// Shares, uploads, agreement, unmasking: what each group gathers, and how a group that cannot go on is lost
// while the others do.

#include <huizhen/base/check.h>

#include "coordinator_phases.h"

namespace huizhen::rounds {

namespace {

Taken taken_if(const Status& status) {
    if (status) return {};
    return tl::unexpected(NotTaken{status.error()});
}

// Ends every group's phase by `close`, which moves a group on or says why it cannot; a group that cannot is
// lost. None where the round has failed by that.
template <typename Next, typename Now, typename Close>
std::optional<Groups<Next>> end_groups(RoundState& state, Groups<Now>& groups, FailureKind kind,
                                       Close close) {
    Groups<Next> next;
    std::set<SiteId> left(state.included.begin(), state.included.end());
    std::optional<Error> why;
    for (Group<Now>& group : groups) {
        Result<Next> closed = close(group);
        if (!closed) {
            why = closed.error();
            for (const SiteId& site : group.roster) {
                if (!state.out.contains(site)) state.give_up(site, Cause::kGroupLost, why->message());
                left.erase(site);
            }
            continue;
        }
        std::vector<SiteId> members;
        for (const SiteId& site : group.members) {
            if (state.answered.contains(site)) members.push_back(site);
        }
        if (state.included.empty()) left.insert(members.begin(), members.end());
        next.push_back({std::move(group.roster), std::move(members), std::move(*closed)});
    }
    const std::size_t least = state.plan().groups > 0 ? kMinGroups : 1;
    if (next.size() < least) {
        state.fail(kind, (why ? why->message() : "too few groups") + "; " + state.who_is_missing());
        return std::nullopt;
    }
    if (state.fail_if_too_few(left)) return std::nullopt;
    return next;
}

template <typename SecaggPhase>
std::set<SiteId> all_members(const Groups<SecaggPhase>& groups) {
    std::set<SiteId> sites;
    for (const auto& group : groups) sites.insert(group.members.begin(), group.members.end());
    return sites;
}

// Enters `Next` and posts to each group its message.
template <typename Next, typename Body, typename SecaggPhase>
void go_on(RoundState& state, Groups<SecaggPhase> groups, std::vector<Bytes> messages) {
    HZ_CHECK(groups.size() == messages.size(), "a message for each group");
    std::vector<std::vector<SiteId>> members;
    for (const auto& group : groups) members.push_back(group.members);
    std::set<SiteId> awaited = all_members(groups);
    state.enter(std::make_unique<Next>(std::move(groups)), std::move(awaited));
    for (std::size_t i = 0; i < members.size(); ++i) {
        state.post(std::move(members[i]), Body{std::move(messages[i])});
    }
}

}  // namespace

template <typename SecaggPhase>
bool GroupPhase<SecaggPhase>::enough(const RoundState& state) const {
    for (const auto& group : groups_) {
        const auto here = std::count_if(group.members.begin(), group.members.end(),
                                        [&](const SiteId& site) { return state.answered.contains(site); });
        const std::uint32_t least = name() <= Phase::kUpload
                                        ? std::max(group.secagg.shape().quorum, state.terms.min_sites)
                                        : group.secagg.shape().quorum;
        if (static_cast<std::size_t>(here) < least) return false;
    }
    if (name() >= Phase::kAgreement) return true;
    const auto& mandatory = state.plan().mandatory;
    return state.answered.size() >= state.plan().minimum_sites &&
           std::all_of(mandatory.begin(), mandatory.end(),
                       [&](const SiteId& site) { return state.answered.contains(site); });
}

Taken GatherShares::accept(RoundState&, const SiteId& site, const Body& body) {
    return taken_if(secagg_of(site).accept(std::get<Shares>(body).secagg));
}

void GatherShares::end(RoundState& state) {
    std::vector<std::map<SiteId, Bytes>> deliveries;
    auto next = end_groups<secagg::CollectUploads>(state, groups(), FailureKind::kTooFewSites,
                                                   [&](auto& group) -> Result<secagg::CollectUploads> {
                                                       HZ_ASSIGN(auto closed, group.secagg.close());
                                                       deliveries.push_back(std::move(closed.messages));
                                                       return std::move(closed.next);
                                                   });
    if (!next) return;
    std::set<SiteId> awaited = all_members(*next);
    state.enter(std::make_unique<GatherUploads>(std::move(*next)), awaited);
    for (auto& delivery : deliveries) {
        for (auto& [site, message] : delivery) {
            if (awaited.contains(site)) state.post({site}, ShareDelivery{std::move(message)});
        }
    }
}

Taken GatherUploads::accept(RoundState& state, const SiteId& site, const Body& body) {
    const Upload& upload = std::get<Upload>(body);
    if (upload.object.bytes != state.terms.words * sizeof(std::uint32_t)) {
        return taken_if(secagg::refuse(secagg::Refusal::kWrongLength,
                                       "an upload of " + std::to_string(upload.object.bytes) + " bytes"));
    }
    bool read = false;
    const Status status =
        state.tools.uploads->with_words(upload.object, [&](std::span<const std::uint32_t> words) {
            read = true;
            return secagg_of(site).accept(
                upload.secagg, words, upload.object.digest,
                [&](std::span<const std::uint32_t> part) { state.tools.uploads->let_go(part); });
        });
    if (!status) return tl::unexpected(NotTaken{status.error(), read});
    objects_[site] = upload.object;
    return {};
}

Status GatherUploads::withdraw(RoundState& state, const SiteId& site) {
    const auto object = objects_.find(site);
    if (object == objects_.end()) return {};
    HZ_TRY(state.tools.uploads->with_words(object->second, [&](std::span<const std::uint32_t> words) {
        return secagg_of(site).withdraw(site, words);
    }));
    objects_.erase(object);
    return {};
}

void GatherUploads::end(RoundState& state) {
    std::vector<Bytes> survivors;
    auto next = end_groups<secagg::CollectAgreement>(state, groups(), FailureKind::kTooFewSites,
                                                     [&](auto& group) -> Result<secagg::CollectAgreement> {
                                                         HZ_ASSIGN(auto closed, group.secagg.close());
                                                         survivors.push_back(std::move(closed.message));
                                                         return std::move(closed.next);
                                                     });
    if (!next) return;
    const std::set<SiteId> included = all_members(*next);
    state.included.assign(included.begin(), included.end());
    go_on<GatherAgreement, Survivors>(state, std::move(*next), std::move(survivors));
}

Taken GatherAgreement::accept(RoundState&, const SiteId& site, const Body& body) {
    return taken_if(secagg_of(site).accept(std::get<Agreement>(body).secagg));
}

void GatherAgreement::end(RoundState& state) {
    std::vector<Bytes> signatures;
    auto next = end_groups<secagg::CollectUnmasking>(state, groups(), FailureKind::kTooFewSites,
                                                     [&](auto& group) -> Result<secagg::CollectUnmasking> {
                                                         HZ_ASSIGN(auto closed, group.secagg.close());
                                                         signatures.push_back(std::move(closed.message));
                                                         return std::move(closed.next);
                                                     });
    if (!next) return;
    go_on<GatherUnmasking, Signatures>(state, std::move(*next), std::move(signatures));
}

Taken GatherUnmasking::accept(RoundState&, const SiteId& site, const Body& body) {
    return taken_if(secagg_of(site).accept(std::get<Unmasking>(body).secagg));
}

void GatherUnmasking::end(RoundState& state) {
    auto sums = end_groups<secagg::Outcome>(state, groups(), FailureKind::kUnmasking, [&](auto& group) {
        return group.secagg.finish(*state.tools.executor);
    });
    if (!sums) return;
    for (auto& group : *sums) {
        state.groups.push_back(group.secagg.included);
        state.sums.push_back(std::move(group.secagg));
    }
    state.enter(std::make_unique<AwaitModel>(), {});
    state.outputs.push_back(Aggregate{state.setup.iteration, state.setup.model, state.setup.state});
}

template class GroupPhase<secagg::CollectShares>;
template class GroupPhase<secagg::CollectUploads>;
template class GroupPhase<secagg::CollectAgreement>;
template class GroupPhase<secagg::CollectUnmasking>;

}  // namespace huizhen::rounds
