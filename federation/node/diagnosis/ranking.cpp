#include <huizhen/node/diagnosis/ranking.h>

namespace huizhen::node {
namespace {

bool same_nodule(const Judged& a, const Judged& b) {
    return norm(a.centre_mm - b.centre_mm) < std::max(a.diameter_mm, b.diameter_mm) / 2;
}

// Written so that a probability that is no number reports nothing.
bool worth_a_line(const Judged& j, const ReportingRule& rule) {
    return j.nodule_probability >= rule.nodule_floor &&
           (j.nodule_probability >= rule.nodule_likely || j.suspicion() >= rule.suspicion_from);
}

}  // namespace

Ranking rank(std::vector<Judged> judged, const ReportingRule& rule) {
    Ranking ranking;
    ranking.rejected = std::erase_if(judged, [&](const Judged& j) { return !worth_a_line(j, rule); });
    // Ties are broken by place in the list, so that the same scan gives the same order.
    std::ranges::stable_sort(judged, std::ranges::greater(), &Judged::nodule_probability);
    std::vector<Judged> kept;
    for (const Judged& candidate : judged) {
        if (std::ranges::any_of(kept, [&](const Judged& k) { return same_nodule(k, candidate); })) {
            ++ranking.merged;
        } else {
            kept.push_back(candidate);
        }
    }
    std::ranges::stable_sort(kept, std::ranges::greater(), &Judged::suspicion);
    std::ranges::stable_partition(kept, [&](const Judged& j) {
        return !rule.outside_lungs(j.share_in_lungs) && !rule.vessel_like(j.elongation);
    });
    if (kept.size() > rule.most) {
        ranking.not_reported = kept.size() - rule.most;
        kept.resize(rule.most);
    }
    ranking.reported = std::move(kept);
    return ranking;
}

}  // namespace huizhen::node
