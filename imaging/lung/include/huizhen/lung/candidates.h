#pragma once

// Places that may be nodules: many, ranked, for a network to judge. Nothing here decides what is a nodule.
//
// Seeds come from a multi-scale blob filter (Hessian dot enhancement, Li, Sone and Doi, Med. Phys. 30 (2003)
// 2040-2051) and from threshold components at three levels down to ground glass; rays cast from each seed
// find its middle, its size and how round it is, with what leads away from it (vessel) and what it sits on
// (pleura).

#include <stop_token>
#include <string_view>
#include <vector>

#include <huizhen/base/executor.h>
#include <huizhen/base/progress.h>
#include <huizhen/lung/lungs.h>

namespace huizhen::imaging {

enum class CandidateDensity { kSolid, kSubsolid };

struct Candidate {
    Vec3 centre_mm;           // patient, LPS
    double diameter_mm = 0;   // twice the median ray at half height: an estimate, short of readers' outlines
    double score = 0;         // 0..1, higher is more nodule-like; comparable within a scan
    double roundness = 0;     // 0..1: share of rays whose length is near the median
    double contrast_hu = 0;   // core (calcium counted as 100 HU) minus the lung around
    double core_hu = 0;       // mean of the inner half
    double depth_mm = 0;      // centre to the lungs' surface; negative outside
    double vessel_share = 0;  // share of rays that run on in tissue: vessels, fissures
    double pleura_share = 0;  // share of rays that reach the lungs' surface in tissue
    CandidateDensity density = CandidateDensity::kSolid;
    bool juxtapleural = false;   // touches the lungs' surface
    bool juxtavascular = false;  // a vessel leads away from it

    std::string_view kind() const;  // "solid", "subsolid", "juxtapleural", "juxtavascular"
};

struct CandidateOptions {
    double min_diameter_mm = 2.5;
    double max_diameter_mm = 40;
    double min_score = 0.01;
    std::size_t max_candidates = 200;  // the best ones by score
    std::size_t max_seeds = 6000;      // per level of resolution, the strongest ones
};

// `iso`: the volume `lungs` was made from. Best first. kCancelled on `stop`.
Result<std::vector<Candidate>> find_candidates(const Volume& iso, const Lungs& lungs,
                                               const CandidateOptions& options, Executor& executor,
                                               ProgressSink& progress, std::stop_token stop);

// A Lungs that calls the whole grid lung, for crops cut out of one: tests and training sets.
Lungs whole_grid_as_lung(const Volume& iso, double parenchyma_hu);

}  // namespace huizhen::imaging
