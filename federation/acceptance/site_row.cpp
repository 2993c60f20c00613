#include <set>

#include <huizhen/acceptance/site_row.h>

namespace huizhen::acceptance {

namespace {

bool within(double value, double low, double high) { return value >= low && value <= high; }

// `needed`: the classes are there to give the figure.
bool is_interval(const Interval& interval, double lowest, double highest, bool needed) {
    if (std::isnan(interval.estimate)) return !needed;
    if (!within(interval.estimate, lowest, highest)) return false;
    // One patient of a class gives an area and no spread.
    if (std::isnan(interval.low) && std::isnan(interval.high)) return true;
    return within(interval.low, lowest, interval.estimate) &&
           within(interval.high, interval.estimate, highest);
}

bool is_measured(const Measured& measured, bool both_classes, bool any) {
    const Calibration& calibration = measured.calibration;
    const auto share = [&](double value) { return std::isnan(value) ? !any : within(value, 0, 1); };
    return is_interval(measured.auc, 0, 1, both_classes) && share(calibration.ece) &&
           share(calibration.brier) && !std::isinf(calibration.intercept) && !std::isinf(calibration.slope);
}

}  // namespace

HeadRow measure(std::string head, std::span<const double> before, std::span<const double> after,
                std::span<const int> labels, std::span<const int> patients) {
    HeadRow row;
    row.head = std::move(head);
    row.n = labels.size();
    row.positives = static_cast<std::uint64_t>(std::count(labels.begin(), labels.end(), 1));
    row.patients = patients.empty() ? row.n : std::set<int>(patients.begin(), patients.end()).size();
    const PairedAuc areas = paired_auc(before.empty() ? after : before, after, labels, patients);
    row.after = {areas.after, calibration_of(after, labels)};
    row.difference = areas.difference;
    if (!before.empty()) row.before = {areas.before, calibration_of(before, labels)};
    return row;
}

Status check(const SiteRow& row) {
    const auto refused = [&](const std::string& what) {
        return fail(ErrorCode::kMalformedInput, "the figures of site " + row.site + ": " + what);
    };
    if (row.site.empty() || row.site.size() > kMaxNameBytes) {
        return fail(ErrorCode::kMalformedInput, "figures without a site's name");
    }
    if (row.heads.size() > kMaxHeads) return refused("more than " + std::to_string(kMaxHeads) + " heads");
    std::set<std::string_view> seen;
    for (const HeadRow& head : row.heads) {
        if (head.head.empty() || head.head.size() > kMaxNameBytes || !seen.insert(head.head).second) {
            return refused("a head without a name, or twice");
        }
        if (head.positives > head.n || head.patients > head.n || (head.patients == 0) != (head.n == 0)) {
            return refused("counts of " + head.head + " that cannot be");
        }
        const bool both = head.positives > 0 && head.positives < head.n;
        if (!is_measured(head.after, both, head.n > 0) ||
            (head.before &&
             (!is_measured(*head.before, both, head.n > 0) || !is_interval(head.difference, -1, 1, both)))) {
            return refused("a figure of " + head.head + " out of its range");
        }
        if (head.before && both &&
            std::abs(head.after.auc.estimate - head.before->auc.estimate - head.difference.estimate) > 1e-6) {
            return refused("the difference of " + head.head + " is not that of its areas");
        }
    }
    return {};
}

}  // namespace huizhen::acceptance
