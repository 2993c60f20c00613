#include <huizhen/node/diagnosis/ranking.h>

namespace huizhen::node {
namespace {

bool same_nodule(const Judged& a, const Judged& b) {
    return norm(a.centre_mm - b.centre_mm) < std::max(a.diameter_mm, b.diameter_mm) / 2;
}

}  // namespace

Ranking rank(std::vector<Judged> judged, double nodule_threshold, std::size_t max_findings) {
    Ranking ranking;
    ranking.rejected =
        std::erase_if(judged, [&](const Judged& j) { return !(j.nodule_probability >= nodule_threshold); });
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
    std::ranges::stable_sort(kept, std::ranges::greater(), &Judged::malignancy_probability);
    if (kept.size() > max_findings) {
        ranking.not_reported = kept.size() - max_findings;
        kept.resize(max_findings);
    }
    ranking.reported = std::move(kept);
    return ranking;
}

}  // namespace huizhen::node
