#pragma once

// What one site says of the old model and the new on its own held-out cases. The rows of all sites are the
// matrix a model is judged by; nothing here makes a mean of them without its n and its interval.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <huizhen/acceptance/auc.h>
#include <huizhen/acceptance/calibration.h>
#include <huizhen/base/result.h>

namespace huizhen::acceptance {

struct Measured {
    Interval auc;
    Calibration calibration;
};

struct HeadRow {
    std::string head;
    std::uint64_t n = 0, positives = 0, patients = 0;
    std::optional<Measured> before;  // none: the first model
    Measured after;
    Interval difference;  // of the areas; on the same cases, so narrower than the two intervals say
};

struct SiteRow {
    std::string site;
    std::vector<HeadRow> heads;
};

// The site's side: one head, from probabilities of both models. `before` empty: the first model.
HeadRow measure(std::string head, std::span<const double> before, std::span<const double> after,
                std::span<const int> labels, std::span<const int> patients = {});

inline constexpr std::size_t kMaxHeads = 256, kMaxNameBytes = 256;

// The coordinator's side: kMalformedInput names the site and what its row cannot be: more positives than
// cases, an interval that does not hold its estimate, a figure out of its range, a head twice. NaN is allowed
// only where the classes cannot give the figure.
Status check(const SiteRow& row);

}  // namespace huizhen::acceptance
