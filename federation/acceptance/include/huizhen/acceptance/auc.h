#pragma once

// Areas under the ROC curve with intervals, of two models on the same cases. DeLong, DeLong and
// Clarke-Pearson, Biometrics 44 (1988) 837-845, by ranks (Sun and Xu, IEEE Signal Process. Lett. 21 (2014)
// 1389-1393); with several cases a patient, Obuchowski, Biometrics 53 (1997) 567-578, which is the same where
// each patient has one. Intervals are 95 %, normal, cut to what a figure can be. An area of exactly 1 or 0
// has no spread of its own: it gets that of Hanley and McNeil, Radiology 143 (1982) 29-36, half a case away.
// Pure functions, any thread. Figures the cases cannot give (one class, one patient)
// are NaN, and so are all where a score is: such a row does not pass check() of site_row.h.

#include <span>

namespace huizhen::acceptance {

struct Interval {
    double estimate = 0, low = 0, high = 0;
    bool operator==(const Interval&) const = default;
};

struct PairedAuc {
    Interval before, after;
    Interval difference;  // after - before
};

// Labels 0 or 1; `patients`: who a case is of, any numbers, or empty: one case each. All of one length.
// Ties count half.
PairedAuc paired_auc(std::span<const double> before, std::span<const double> after,
                     std::span<const int> labels, std::span<const int> patients = {});

Interval auc_interval(std::span<const double> scores, std::span<const int> labels,
                      std::span<const int> patients = {});

// A difference of two areas when only their own intervals are known, as if they came from different cases:
// wider than the truth wherever the models agree at all.
Interval unpaired_difference(const Interval& before, const Interval& after);

// Standard error an interval was made from.
double standard_error(const Interval& interval);

}  // namespace huizhen::acceptance
