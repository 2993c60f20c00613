#pragma once

// Which judged candidates are reported, and in which order.

#include <vector>

#include <huizhen/volume/geometry.h>

namespace huizhen::node {

// One candidate after the models spoke; `index` is the caller's.
struct Judged {
    std::size_t index = 0;
    imaging::Vec3 centre_mm;
    double diameter_mm = 0;
    double nodule_probability = 0;
    double malignancy_probability = 0;
};

struct Ranking {
    std::vector<Judged> reported;  // most suspicious first, at most kMaxFindings
    std::size_t rejected = 0;      // below the threshold
    std::size_t merged = 0;        // the same nodule found twice
    std::size_t not_reported = 0;  // nodules beyond the maximum
};

// Keeps what is a nodule by `nodule_threshold`, one of each pair whose centres lie within half the larger
// diameter (the more probable nodule), sorted by probability of malignancy.
Ranking rank(std::vector<Judged> judged, double nodule_threshold, std::size_t max_findings);

}  // namespace huizhen::node
