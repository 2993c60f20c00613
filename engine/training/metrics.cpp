#include <limits>
#include <numeric>

#include <huizhen/base/check.h>
#include <huizhen/tensor/philox.h>
#include <huizhen/training/metrics.h>

namespace huizhen::engine {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

// Concordant and comparable pairs of a positive with a negative that `comparable` admits.
template <typename Comparable>
double pairwise_auc(std::span<const double> scores, std::span<const int> labels,
                    const Comparable& comparable) {
    std::vector<std::size_t> positives, negatives;
    for (std::size_t i = 0; i < labels.size(); ++i) (labels[i] != 0 ? positives : negatives).push_back(i);
    double concordant = 0, pairs = 0;
    for (const std::size_t p : positives) {
        for (const std::size_t n : negatives) {
            if (!comparable(p, n)) continue;
            pairs += 1;
            concordant += scores[p] > scores[n] ? 1.0 : (scores[p] == scores[n] ? 0.5 : 0.0);
        }
    }
    return pairs > 0 ? concordant / pairs : kNaN;
}

}  // namespace

std::vector<double> average_ranks(std::span<const double> values) {
    std::vector<std::size_t> order(values.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::sort(order.begin(), order.end(),
              [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
    std::vector<double> ranks(values.size());
    for (std::size_t first = 0; first < order.size();) {
        std::size_t last = first;
        while (last < order.size() && values[order[last]] == values[order[first]]) ++last;
        const double rank = 0.5 * static_cast<double>(first + 1 + last);  // mean of first+1 .. last
        for (std::size_t k = first; k < last; ++k) ranks[order[k]] = rank;
        first = last;
    }
    return ranks;
}

double auc(std::span<const double> scores, std::span<const int> labels) {
    HZ_CHECK(scores.size() == labels.size(), "one label per score");
    const std::vector<double> ranks = average_ranks(scores);
    double positives = 0, rank_sum = 0;
    for (std::size_t i = 0; i < labels.size(); ++i) {
        if (labels[i] == 0) continue;
        positives += 1;
        rank_sum += ranks[i];
    }
    const double negatives = static_cast<double>(labels.size()) - positives;
    if (positives == 0 || negatives == 0) return kNaN;
    return (rank_sum - positives * (positives + 1) / 2) / (positives * negatives);
}

int size_band(double diameter_mm) {
    int band = 0;
    for (const double boundary : kSizeBandsMm) band += diameter_mm >= boundary ? 1 : 0;
    return band;
}

double banded_auc(std::span<const double> scores, std::span<const int> labels,
                  std::span<const double> diameters_mm) {
    HZ_CHECK(scores.size() == labels.size() && scores.size() == diameters_mm.size(),
             "one label and size per score");
    return pairwise_auc(scores, labels, [&](std::size_t a, std::size_t b) {
        return size_band(diameters_mm[a]) == size_band(diameters_mm[b]);
    });
}

double matched_auc(std::span<const double> scores, std::span<const int> labels,
                   std::span<const double> diameters_mm, double tolerance) {
    HZ_CHECK(scores.size() == labels.size() && scores.size() == diameters_mm.size(),
             "one label and size per score");
    return pairwise_auc(scores, labels, [&](std::size_t a, std::size_t b) {
        const auto [small, large] = std::minmax(diameters_mm[a], diameters_mm[b]);
        return large <= (1.0 + tolerance) * small;
    });
}

double sensitivity_at_specificity(std::span<const double> scores, std::span<const int> labels,
                                  double specificity) {
    HZ_CHECK(scores.size() == labels.size(), "one label per score");
    std::vector<std::size_t> order(scores.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::sort(order.begin(), order.end(),
              [&](std::size_t a, std::size_t b) { return scores[a] > scores[b]; });
    const double positives =
        static_cast<double>(std::count_if(labels.begin(), labels.end(), [](int y) { return y != 0; }));
    const double negatives = static_cast<double>(labels.size()) - positives;
    if (positives == 0 || negatives == 0) return kNaN;
    double best = 0, hits = 0, false_alarms = 0;
    for (std::size_t first = 0; first < order.size();) {
        const double threshold = scores[order[first]];
        while (first < order.size() && scores[order[first]] == threshold) {
            (labels[order[first]] != 0 ? hits : false_alarms) += 1;
            ++first;
        }
        if (1.0 - false_alarms / negatives < specificity) break;
        best = hits / positives;
    }
    return best;
}

double expected_calibration_error(std::span<const double> probabilities, std::span<const int> labels,
                                  int bins) {
    HZ_CHECK(probabilities.size() == labels.size() && bins > 0,
             "one label per probability, at least one bin");
    if (probabilities.empty()) return kNaN;
    std::vector<double> confidence(static_cast<std::size_t>(bins)), frequency(confidence);
    for (std::size_t i = 0; i < probabilities.size(); ++i) {
        const int bin = std::clamp(static_cast<int>(probabilities[i] * bins), 0, bins - 1);
        confidence[static_cast<std::size_t>(bin)] += probabilities[i];
        frequency[static_cast<std::size_t>(bin)] += labels[i] != 0 ? 1.0 : 0.0;
    }
    double error = 0;  // sum over bins of n_b / n * |mean confidence - frequency|; n_b cancels
    for (std::size_t b = 0; b < confidence.size(); ++b) error += std::abs(confidence[b] - frequency[b]);
    return error / static_cast<double>(probabilities.size());
}

double brier_score(std::span<const double> probabilities, std::span<const int> labels) {
    HZ_CHECK(probabilities.size() == labels.size(), "one label per probability");
    if (probabilities.empty()) return kNaN;
    double sum = 0;
    for (std::size_t i = 0; i < probabilities.size(); ++i) {
        const double difference = probabilities[i] - (labels[i] != 0 ? 1.0 : 0.0);
        sum += difference * difference;
    }
    return sum / static_cast<double>(probabilities.size());
}

double spearman(std::span<const double> a, std::span<const double> b) {
    HZ_CHECK(a.size() == b.size(), "pairs of values");
    if (a.size() < 2) return kNaN;
    const std::vector<double> ra = average_ranks(a), rb = average_ranks(b);
    const double mean = 0.5 * (static_cast<double>(a.size()) + 1);
    double ab = 0, aa = 0, bb = 0;
    for (std::size_t i = 0; i < ra.size(); ++i) {
        ab += (ra[i] - mean) * (rb[i] - mean);
        aa += (ra[i] - mean) * (ra[i] - mean);
        bb += (rb[i] - mean) * (rb[i] - mean);
    }
    return aa > 0 && bb > 0 ? ab / std::sqrt(aa * bb) : kNaN;
}

Interval clustered_bootstrap(std::span<const int> clusters, const Statistic& statistic, int resamples,
                             std::uint64_t seed, double level) {
    std::vector<std::vector<std::size_t>> members;
    for (std::size_t i = 0; i < clusters.size(); ++i) {
        HZ_CHECK(clusters[i] >= 0, "clusters are numbered from 0");
        const auto cluster = static_cast<std::size_t>(clusters[i]);
        if (cluster >= members.size()) members.resize(cluster + 1);
        members[cluster].push_back(i);
    }
    std::erase_if(members, [](const auto& cases) { return cases.empty(); });

    std::vector<std::size_t> cases(clusters.size());
    std::iota(cases.begin(), cases.end(), std::size_t{0});
    Interval interval{statistic(cases), kNaN, kNaN};
    std::vector<double> figures;
    Philox random(seed);
    for (int r = 0; r < resamples && !members.empty(); ++r) {
        cases.clear();
        for (std::size_t k = 0; k < members.size(); ++k) {
            const auto& drawn = members[random.below(members.size())];
            cases.insert(cases.end(), drawn.begin(), drawn.end());
        }
        const double figure = statistic(cases);
        if (!std::isnan(figure)) figures.push_back(figure);
    }
    if (figures.empty()) return interval;
    std::sort(figures.begin(), figures.end());
    const auto quantile = [&](double q) {  // linear between order statistics
        const double place = q * static_cast<double>(figures.size() - 1);
        const auto below = static_cast<std::size_t>(place);
        const std::size_t above = std::min(below + 1, figures.size() - 1);
        return figures[below] + (place - static_cast<double>(below)) * (figures[above] - figures[below]);
    };
    interval.low = quantile((1 - level) / 2);
    interval.high = quantile((1 + level) / 2);
    return interval;
}

}  // namespace huizhen::engine
