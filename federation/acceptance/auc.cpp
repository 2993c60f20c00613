#include <limits>
#include <map>
#include <numeric>

#include <huizhen/acceptance/auc.h>
#include <huizhen/base/check.h>

namespace huizhen::acceptance {

namespace {

constexpr double kNormal975 = 1.959963984540054, kNaN = std::numeric_limits<double>::quiet_NaN();

// Ranks from 1, ties averaged.
std::vector<double> mid_ranks(std::span<const double> values) {
    std::vector<std::size_t> order(values.size());
    std::iota(order.begin(), order.end(), 0);
    std::sort(order.begin(), order.end(), [&](auto a, auto b) { return values[a] < values[b]; });
    std::vector<double> ranks(values.size());
    for (std::size_t first = 0; first < order.size();) {
        std::size_t last = first;
        while (last < order.size() && values[order[last]] == values[order[first]]) ++last;
        for (std::size_t i = first; i < last; ++i) {
            ranks[order[i]] = (static_cast<double>(first + last) + 1) / 2;
        }
        first = last;
    }
    return ranks;
}

// Where the positives and the negatives are, and which patient each is of, numbered from 0.
struct Cases {
    std::vector<std::size_t> positives, negatives, patient_of;
    std::size_t patients = 0;
    double with_positive = 0, with_negative = 0;  // patients
};

Cases cases_of(std::span<const int> labels, std::span<const int> patients) {
    Cases cases;
    std::map<int, std::size_t> number;
    for (std::size_t i = 0; i < labels.size(); ++i) {
        (labels[i] == 1 ? cases.positives : cases.negatives).push_back(i);
        if (patients.empty()) {
            cases.patient_of.push_back(i);
        } else {
            cases.patient_of.push_back(number.try_emplace(patients[i], number.size()).first->second);
        }
    }
    cases.patients = patients.empty() ? labels.size() : number.size();
    const auto count_patients = [&](const std::vector<std::size_t>& places) {
        std::vector<bool> has(cases.patients);
        for (const std::size_t place : places) has[cases.patient_of[place]] = true;
        return static_cast<double>(std::count(has.begin(), has.end(), true));
    };
    cases.with_positive = count_patients(cases.positives);
    cases.with_negative = count_patients(cases.negatives);
    return cases;
}

// One model's area and, for each patient, what his cases add to its spread: the sum over his positives (or
// negatives) of their structural component, less the area.
struct Components {
    double area = kNaN;
    std::vector<double> of_positives, of_negatives;
};

Components components_of(std::span<const double> scores, const Cases& cases) {
    const auto pick = [&](const std::vector<std::size_t>& places) {
        std::vector<double> picked;
        picked.reserve(places.size());
        for (const std::size_t place : places) picked.push_back(scores[place]);
        return picked;
    };
    const double m = static_cast<double>(cases.positives.size());
    const double n = static_cast<double>(cases.negatives.size());
    const std::vector<double> all = mid_ranks(scores), among_positives = mid_ranks(pick(cases.positives)),
                              among_negatives = mid_ranks(pick(cases.negatives));
    Components components{0, std::vector<double>(cases.patients), std::vector<double>(cases.patients)};
    for (const std::size_t place : cases.positives) components.area += all[place];
    components.area = (components.area - m * (m + 1) / 2) / (m * n);
    for (std::size_t i = 0; i < cases.positives.size(); ++i) {
        const std::size_t place = cases.positives[i];
        components.of_positives[cases.patient_of[place]] +=
            (all[place] - among_positives[i]) / n - components.area;
    }
    for (std::size_t i = 0; i < cases.negatives.size(); ++i) {
        const std::size_t place = cases.negatives[i];
        components.of_negatives[cases.patient_of[place]] +=
            1 - (all[place] - among_negatives[i]) / m - components.area;
    }
    return components;
}

// Obuchowski's estimate of the covariance of two areas.
double covariance(const Components& a, const Components& b, const Cases& cases) {
    const auto product = [](const std::vector<double>& x, const std::vector<double>& y) {
        return std::inner_product(x.begin(), x.end(), y.begin(), 0.0);
    };
    const auto all = static_cast<double>(cases.patients);
    if (cases.with_positive < 2 || cases.with_negative < 2) return kNaN;
    const double m = static_cast<double>(cases.positives.size());
    const double n = static_cast<double>(cases.negatives.size());
    return cases.with_positive / (cases.with_positive - 1) * product(a.of_positives, b.of_positives) /
               (m * m) +
           cases.with_negative / (cases.with_negative - 1) * product(a.of_negatives, b.of_negatives) /
               (n * n) +
           all / (all - 1) *
               (product(a.of_positives, b.of_negatives) + product(b.of_positives, a.of_negatives)) / (m * n);
}

double hanley_mcneil_variance(double area, double positives, double negatives) {
    const double q1 = area / (2 - area), q2 = 2 * area * area / (1 + area), square = area * area;
    return (area * (1 - area) + (positives - 1) * (q1 - square) + (negatives - 1) * (q2 - square)) /
           (positives * negatives);
}

Interval interval_of(double estimate, double variance, double lowest, double highest) {
    if (std::isnan(estimate) || std::isnan(variance)) return {estimate, kNaN, kNaN};
    const double half = kNormal975 * std::sqrt(std::max(variance, 0.0));
    return {estimate, std::max(estimate - half, lowest), std::min(estimate + half, highest)};
}

Interval area_interval(const Components& components, const Cases& cases) {
    double variance = covariance(components, components, cases);
    if (components.area == 0 || components.area == 1) {
        const double m = cases.with_positive, n = cases.with_negative;
        variance = hanley_mcneil_variance(1 - 0.5 / std::min(m, n), m, n);
    }
    return interval_of(components.area, variance, 0, 1);
}

}  // namespace

PairedAuc paired_auc(std::span<const double> before, std::span<const double> after,
                     std::span<const int> labels, std::span<const int> patients) {
    HZ_CHECK(before.size() == labels.size() && after.size() == labels.size() &&
                 (patients.empty() || patients.size() == labels.size()),
             "scores, labels and patients of the same cases");
    const Cases cases = cases_of(labels, patients);
    constexpr Interval kNothing{kNaN, kNaN, kNaN};
    const auto has_nan = [](std::span<const double> scores) {
        return std::any_of(scores.begin(), scores.end(), [](double score) { return std::isnan(score); });
    };
    if (cases.positives.empty() || cases.negatives.empty() || has_nan(before) || has_nan(after)) {
        return {kNothing, kNothing, kNothing};
    }
    const Components old_model = components_of(before, cases), new_model = components_of(after, cases);
    const double variance = covariance(old_model, old_model, cases) +
                            covariance(new_model, new_model, cases) -
                            2 * covariance(old_model, new_model, cases);
    return {area_interval(old_model, cases), area_interval(new_model, cases),
            interval_of(new_model.area - old_model.area, variance, -1, 1)};
}

Interval auc_interval(std::span<const double> scores, std::span<const int> labels,
                      std::span<const int> patients) {
    return paired_auc(scores, scores, labels, patients).after;
}

Interval unpaired_difference(const Interval& before, const Interval& after) {
    const double variance = std::pow(standard_error(before), 2) + std::pow(standard_error(after), 2);
    return interval_of(after.estimate - before.estimate, variance, -1, 1);
}

// The wider side: the other may have been cut.
double standard_error(const Interval& interval) {
    if (std::isnan(interval.low) || std::isnan(interval.high)) return kNaN;
    return std::max(interval.high - interval.estimate, interval.estimate - interval.low) / kNormal975;
}

}  // namespace huizhen::acceptance
