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
    double malignancy_probability = 0;  // if it is a nodule
    double share_in_lungs = 1;          // of its outline
    double elongation = 1;              // longest chord over the short axis of the largest axial section

    double suspicion() const { return nodule_probability * malignancy_probability; }
};

// What is worth a line in the report.
struct ReportingRule {
    double nodule_floor = 0;      // below it no nodule: the classifier's own operating point
    double nodule_likely = 0.5;   // from here on always reported ...
    double suspicion_from = 0.1;  // ... else when it is this probable to be a nodule and malignant
    // What is rather a vessel comes after all others: outlines of which less than this share lies in the
    // lungs, and such as are more elongated, as 2.5 % of the 694 nodules outlined by readers in LIDC-IDRI
    // are.
    double mostly_in_lungs = 0.5;
    double vessel_like_from = 2.34;
    std::size_t most = 8;

    bool outside_lungs(double share_in_lungs) const { return share_in_lungs < mostly_in_lungs; }
    bool vessel_like(double elongation) const { return elongation > vessel_like_from; }
};

struct Ranking {
    std::vector<Judged> reported;  // most suspicious first
    std::size_t rejected = 0;      // not worth a line
    std::size_t merged = 0;        // the same nodule found twice
    std::size_t not_reported = 0;  // beyond the most
};

// Keeps what the rule reports, one of each pair whose centres lie within half the larger diameter (the more
// probable nodule), sorted by the probability of being a malignant nodule: nodule times malignant. What is
// rather a vessel follows all others.
Ranking rank(std::vector<Judged> judged, const ReportingRule& rule);

}  // namespace huizhen::node
