#include <huizhen/base/check.h>
#include <huizhen/lung/candidates.h>
#include <huizhen/lung/distance.h>

#include "candidate_seeds.h"
#include "candidate_shape.h"

namespace huizhen::imaging {
namespace {

// Diameters 2 sqrt(3) sigma: 3.5, 4.9, 6.9 mm on the fine grid; 9.7, 14, 20 and 28 mm on the coarse one.
const std::vector<double> kFineSigmasMm = {1.0, 1.414, 2.0};
const std::vector<double> kCoarseSigmasMm = {2.828, 4.0, 5.657, 8.0};
// A ball of contrast C answers 0.31 C at its own scale. Fine scales carry the noise of single voxels.
constexpr double kFineMinStrengthHu = 45;
constexpr double kCoarseMinStrengthHu = 22;
// Above the lung's median by this much: faint ground glass, dense ground glass; the third level is tissue.
constexpr double kFaintHu = 130;
constexpr double kDenseHu = 260;

constexpr std::string_view kStage = "nodule candidates";

void keep_strongest(std::vector<Seed>& seeds, std::size_t count) {
    if (seeds.size() <= count) return;
    std::stable_sort(seeds.begin(), seeds.end(),
                     [](const Seed& a, const Seed& b) { return a.strength > b.strength; });
    seeds.resize(count);
}

void append(std::vector<Seed>& to, const std::vector<Seed>& more) {
    to.insert(to.end(), more.begin(), more.end());
}

std::vector<Candidate> measure_all(const Volume& iso, const Lungs& lungs, const std::vector<Seed>& seeds,
                                   const CandidateOptions& options, Executor& executor) {
    std::vector<std::optional<Candidate>> measured(seeds.size());
    executor.parallel_for(seeds.size(), 16, [&](std::size_t begin, std::size_t end) {
        for (std::size_t i = begin; i < end; ++i) measured[i] = measure_by_rays(iso, lungs, seeds[i]);
    });
    std::vector<Candidate> out;
    for (const auto& candidate : measured) {
        if (candidate && candidate->score >= options.min_score &&
            candidate->diameter_mm >= options.min_diameter_mm &&
            candidate->diameter_mm <= options.max_diameter_mm) {
            out.push_back(*candidate);
        }
    }
    return out;
}

// Of candidates that lie in one another the best stays.
std::vector<Candidate> merge(std::vector<Candidate> candidates, std::size_t max_count) {
    std::stable_sort(candidates.begin(), candidates.end(),
                     [](const Candidate& a, const Candidate& b) { return a.score > b.score; });
    std::vector<Candidate> kept;
    for (const Candidate& c : candidates) {
        if (kept.size() == max_count) break;
        const bool seen = std::any_of(kept.begin(), kept.end(), [&](const Candidate& k) {
            const double radius = 0.5 * std::max(c.diameter_mm, k.diameter_mm);
            return norm(c.centre_mm - k.centre_mm) < std::max(2.0, 0.8 * radius);
        });
        if (!seen) kept.push_back(c);
    }
    return kept;
}

}  // namespace

std::string_view Candidate::kind() const {
    if (juxtapleural) return "juxtapleural";
    if (density == CandidateDensity::kSubsolid) return "subsolid";
    return juxtavascular ? "juxtavascular" : "solid";
}

Result<std::vector<Candidate>> find_candidates(const Volume& iso, const Lungs& lungs,
                                               const CandidateOptions& options, Executor& executor,
                                               ProgressSink& progress, std::stop_token stop) {
    HZ_CHECK(iso.size() == lungs.mask.size(), "the lungs were segmented in this volume");
    constexpr std::uint64_t kSteps = 6;
    progress.advance(kStage, 0, kSteps);
    LungField fine = make_lung_field(iso, lungs, executor);
    LungField coarse = halve(fine, executor);
    HZ_TRY(check_stop(stop));
    progress.advance(kStage, 1, kSteps);

    std::vector<Seed> seeds = blob_seeds(fine, kFineSigmasMm, 0, 1, kFineMinStrengthHu, executor);
    keep_strongest(seeds, options.max_seeds);
    fine = {};
    HZ_TRY(check_stop(stop));
    progress.advance(kStage, 3, kSteps);

    std::vector<Seed> pieces;
    for (const double level : {lungs.parenchyma_hu + kFaintHu, lungs.parenchyma_hu + kDenseHu,
                               std::max(lungs.threshold_hu, lungs.parenchyma_hu + kDenseHu)}) {
        append(pieces, component_seeds(coarse, level, 2, executor));
    }
    keep_strongest(pieces, options.max_seeds);
    append(seeds, pieces);
    HZ_TRY(check_stop(stop));
    progress.advance(kStage, 4, kSteps);

    // Halving smooths by a box of two voxels: variance (2^2 - 1) / 12 of a fine voxel.
    const double halving_mm = 0.5 * isotropic_spacing_mm(iso.geometry());
    std::vector<Seed> large =
        blob_seeds(coarse, kCoarseSigmasMm, halving_mm, 2, kCoarseMinStrengthHu, executor);
    keep_strongest(large, options.max_seeds);
    append(seeds, large);
    coarse = {};
    HZ_TRY(check_stop(stop));
    progress.advance(kStage, 5, kSteps);

    std::vector<Candidate> found =
        merge(measure_all(iso, lungs, seeds, options, executor), options.max_candidates);
    progress.advance(kStage, kSteps, kSteps);
    return found;
}

Lungs whole_grid_as_lung(const Volume& iso, double parenchyma_hu) {
    Lungs lungs;
    lungs.mask = Mask(iso.size(), iso.geometry(), 1);
    lungs.sides = Grid<std::uint8_t>(iso.size(), iso.geometry(), kRightLung);
    lungs.depth_mm = Grid<float>({1, 1, 1}, iso.geometry(), 1000.0F);
    lungs.parenchyma_hu = parenchyma_hu;
    lungs.threshold_hu = -400;
    return lungs;
}

}  // namespace huizhen::imaging
