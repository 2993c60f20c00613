#include <huizhen/base/check.h>
#include <huizhen/secure_aggregation/seeded_random.h>

#include "coordinator_phases.h"

namespace huizhen::rounds {

namespace {

// A number below `bound`, each equally likely.
std::uint32_t draw(RandomSource& random, std::uint32_t bound) {
    const std::uint32_t fair = UINT32_MAX - UINT32_MAX % bound;
    std::uint32_t value = 0;
    do {
        std::array<std::uint8_t, 4> bytes;
        random.fill(bytes);
        value = bytes[0] | bytes[1] << 8 | bytes[2] << 16 | std::uint32_t{bytes[3]} << 24;
    } while (value >= fair);
    return value % bound;
}

// Those who have sent keys, dealt into the plan's groups: as many as there are with three sites in each, by
// lot, so that sites in league cannot choose to stand together. Nobody can shrink a group before its keys are
// fixed, since the groups are made of the keys that came.
std::vector<std::vector<SiteId>> deal(const RoundState& state, std::vector<SiteId> sites) {
    if (state.plan().groups == 0) return {std::move(sites)};
    const std::size_t count = std::min<std::size_t>(state.plan().groups, sites.size() / kMinGroupSites);
    secagg::SeededRandom random{secagg::Secret32(std::span<const std::uint8_t, 32>(state.setup.seed))};
    for (std::size_t i = sites.size(); i > 1; --i) {
        std::swap(sites[i - 1], sites[draw(random, static_cast<std::uint32_t>(i))]);
    }
    std::vector<std::vector<SiteId>> groups(count);
    for (std::size_t i = 0; i < sites.size(); ++i) groups[i % count].push_back(sites[i]);
    for (auto& group : groups) std::sort(group.begin(), group.end());
    std::sort(groups.begin(), groups.end());
    return groups;
}

struct Fixed {
    Group<secagg::CollectShares> group;
    Bytes roster;
};

Result<Fixed> fix_group(const RoundState& state, const std::vector<SiteId>& members,
                        const std::map<SiteId, Bytes>& keys) {
    HZ_ASSIGN(secagg::CollectKeys collect, secagg::open_round(state.terms, *state.tools.directory));
    for (const SiteId& site : members) HZ_TRY(collect.accept(keys.at(site)));
    HZ_ASSIGN(auto closed, collect.close());
    return Fixed{{members, members, std::move(closed.next)}, std::move(closed.message)};
}

}  // namespace

Result<std::unique_ptr<RoundPhase>> GatherKeys::open(const RoundState& state) {
    HZ_ASSIGN(secagg::CollectKeys probe, secagg::open_round(state.terms, *state.tools.directory));
    return std::unique_ptr<RoundPhase>(new GatherKeys(std::move(probe)));
}

Taken GatherKeys::accept(RoundState&, const SiteId& site, const Body& body) {
    const Bytes& message = std::get<Keys>(body).secagg;
    if (const auto taken = probe_.accept(message); !taken) return tl::unexpected(NotTaken{taken.error()});
    keys_[site] = message;
    return {};
}

bool GatherKeys::enough(const RoundState& state) const {
    const auto& mandatory = state.plan().mandatory;
    return state.answered.size() >= state.plan().minimum_sites &&
           std::all_of(mandatory.begin(), mandatory.end(),
                       [&](const SiteId& site) { return state.answered.contains(site); });
}

Status GatherKeys::withdraw(RoundState&, const SiteId& site) {
    keys_.erase(site);
    return {};
}

void GatherKeys::end(RoundState& state) {
    std::vector<SiteId> sites;
    for (const auto& [site, keys] : keys_) sites.push_back(site);
    const std::set<SiteId> awaited(sites.begin(), sites.end());
    if (state.fail_if_too_few(awaited)) return;
    Groups<secagg::CollectShares> groups;
    std::vector<Bytes> rosters;
    for (const auto& members : deal(state, std::move(sites))) {
        auto fixed = fix_group(state, members, keys_);
        if (!fixed) return state.fail(FailureKind::kSetup, fixed.error().message());
        groups.push_back(std::move(fixed->group));
        rosters.push_back(std::move(fixed->roster));
    }
    std::vector<std::vector<SiteId>> members;
    for (const auto& group : groups) members.push_back(group.members);
    state.enter(std::make_unique<GatherShares>(std::move(groups)), awaited);
    for (std::size_t i = 0; i < members.size(); ++i) state.post(members[i], Roster{std::move(rosters[i])});
}

}  // namespace huizhen::rounds
