// After the sum: the outside makes the model, then every site measures it.

#include "coordinator_phases.h"

namespace huizhen::rounds {

void AwaitModel::end(RoundState& state) {
    if (!evaluates(state.plan(), state.setup.iteration)) return state.finish();
    std::set<SiteId> sites;
    for (const SiteId& site : state.invited) {
        if (!state.declined.contains(site) && !state.revoked.contains(site)) sites.insert(site);
    }
    if (sites.empty()) return state.finish();
    state.enter(std::make_unique<GatherEvaluations>(), sites);
    state.post({sites.begin(), sites.end()}, Candidate{state.plan().task, state.setup.iteration,
                                                       state.plan().start_model, state.installed->model});
}

Taken GatherEvaluations::accept(RoundState& state, const SiteId& site, const Body& body) {
    const Bytes& row = std::get<Evaluation>(body).row;
    if (row.size() > kMaxRowBytes) {
        return tl::unexpected(
            NotTaken{Error(ErrorCode::kLimitExceeded, "a row of " + std::to_string(row.size()) + " bytes")});
    }
    state.rows[site] = row;
    return {};
}

bool GatherEvaluations::enough(const RoundState& state) const {
    return std::none_of(state.included.begin(), state.included.end(),
                        [&](const SiteId& site) { return state.awaited.contains(site); });
}

}  // namespace huizhen::rounds
