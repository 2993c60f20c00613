#include <numeric>

#include <huizhen/aggregation/robust/rule.h>
#include <huizhen/base/check.h>

namespace huizhen::aggregation {

namespace {

constexpr std::pair<RobustKind, std::string_view> kNames[] = {{RobustKind::kMean, "mean"},
                                                              {RobustKind::kMedian, "median"},
                                                              {RobustKind::kTrimmedMean, "trimmed-mean"},
                                                              {RobustKind::kKrum, "krum"},
                                                              {RobustKind::kMultiKrum, "multi-krum"}};

// The same part of each group's mean, read side by side; `body` gets [groups][count].
template <typename Body>
Status for_each_part(std::span<const ReadPart> groups, std::uint64_t values, Body body) {
    std::vector<std::vector<float>> parts(groups.size(), std::vector<float>(kPartValues));
    for (std::uint64_t first = 0; first < values; first += kPartValues) {
        const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(kPartValues, values - first));
        for (std::size_t g = 0; g < groups.size(); ++g) {
            const std::span<float> part = std::span(parts[g]).first(count);
            HZ_TRY(groups[g](first, part));
            if (!std::all_of(part.begin(), part.end(), [](float value) { return std::isfinite(value); })) {
                return fail(ErrorCode::kUntrustworthyInput,
                            "the mean of group " + std::to_string(g) + " holds a value that is not finite");
            }
        }
        HZ_TRY(body(parts, count));
    }
    return {};
}

// Without the `cut` lowest and highest of each coordinate. The median is what is left when all but one or
// two are cut.
Status trimmed_mean(std::span<const ReadPart> groups, std::uint64_t values, std::size_t cut,
                    const AppendPart& append) {
    std::vector<float> column(groups.size()), mean(kPartValues);
    return for_each_part(groups, values, [&](const auto& parts, std::size_t count) {
        for (std::size_t i = 0; i < count; ++i) {
            for (std::size_t g = 0; g < column.size(); ++g) column[g] = parts[g][i];
            std::sort(column.begin(), column.end());
            double sum = 0;
            for (std::size_t g = cut; g < column.size() - cut; ++g) sum += column[g];
            mean[i] = static_cast<float>(sum / static_cast<double>(column.size() - 2 * cut));
        }
        return append(std::span<const float>(mean).first(count));
    });
}

Result<std::vector<double>> krum_scores(std::span<const ReadPart> groups, std::uint64_t values,
                                        std::uint32_t false_groups) {
    const std::size_t n = groups.size();
    std::vector<double> distances(n * n);
    HZ_TRY(for_each_part(groups, values, [&](const auto& parts, std::size_t count) -> Status {
        for (std::size_t a = 0; a < n; ++a) {
            for (std::size_t b = 0; b < a; ++b) {
                double sum = 0;
                for (std::size_t i = 0; i < count; ++i) {
                    const double difference = static_cast<double>(parts[a][i]) - parts[b][i];
                    sum += difference * difference;
                }
                distances[a * n + b] += sum;
                distances[b * n + a] += sum;
            }
        }
        return {};
    }));
    std::vector<double> scores(n);
    for (std::size_t a = 0; a < n; ++a) {
        std::vector<double> others;
        others.reserve(n);
        for (std::size_t b = 0; b < n; ++b) {
            if (b != a) others.push_back(distances[a * n + b]);
        }
        std::sort(others.begin(), others.end());
        scores[a] = std::accumulate(others.begin(),
                                    others.begin() + static_cast<std::ptrdiff_t>(n - false_groups - 2), 0.0);
    }
    return scores;
}

Status krum(const RobustSettings& settings, std::span<const ReadPart> groups, std::uint64_t values,
            const AppendPart& append, std::vector<std::uint32_t>* chosen) {
    HZ_ASSIGN(const std::vector<double> scores, krum_scores(groups, values, settings.false_groups));
    std::vector<std::uint32_t> order(groups.size());
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return scores[a] < scores[b]; });
    order.resize(settings.kind == RobustKind::kKrum ? 1 : groups.size() - settings.false_groups);
    std::sort(order.begin(), order.end());
    std::vector<ReadPart> best;
    for (const std::uint32_t group : order) best.push_back(groups[group]);
    if (chosen != nullptr) *chosen = order;
    return trimmed_mean(best, values, 0, append);
}

}  // namespace

std::string_view robust_name(RobustKind kind) {
    for (const auto& [known, name] : kNames) {
        if (known == kind) return name;
    }
    return "unknown";
}

Result<RobustKind> robust_named(std::string_view name) {
    for (const auto& [kind, known] : kNames) {
        if (known == name) return kind;
    }
    return fail(ErrorCode::kInvalidArgument,
                "no such rule; there are mean, median, trimmed-mean, krum and multi-krum");
}

Status check(const RobustSettings& settings, std::uint32_t groups) {
    if (robust_name(settings.kind) == "unknown") {
        return fail(ErrorCode::kInvalidArgument, "the plan names a rule this version does not know");
    }
    if (groups == 0) return fail(ErrorCode::kInvalidArgument, "no groups");
    const std::uint64_t f = settings.false_groups;
    std::uint64_t needed = 2 * f + 1;
    if (settings.kind == RobustKind::kMean) needed = 1;
    if (settings.kind == RobustKind::kKrum || settings.kind == RobustKind::kMultiKrum) needed = 2 * f + 3;
    if (groups >= needed) return {};
    return fail(ErrorCode::kInvalidArgument, std::string(robust_name(settings.kind)) + " with " +
                                                 std::to_string(f) + " false groups needs at least " +
                                                 std::to_string(needed) + " groups; there are " +
                                                 std::to_string(groups));
}

Status combine(const RobustSettings& settings, std::span<const ReadPart> groups, std::uint64_t values,
               const AppendPart& mean, std::vector<std::uint32_t>* chosen) {
    HZ_TRY(check(settings, static_cast<std::uint32_t>(groups.size())));
    switch (settings.kind) {
        case RobustKind::kMedian: return trimmed_mean(groups, values, (groups.size() - 1) / 2, mean);
        case RobustKind::kTrimmedMean: return trimmed_mean(groups, values, settings.false_groups, mean);
        case RobustKind::kKrum:
        case RobustKind::kMultiKrum: return krum(settings, groups, values, mean, chosen);
        case RobustKind::kMean: break;
    }
    return trimmed_mean(groups, values, 0, mean);
}

}  // namespace huizhen::aggregation
