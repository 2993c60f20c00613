#pragma once

// One mean out of the means of several groups, some of which may be false. Groups count the same, whatever
// their samples: a weight would be the attacker's to choose.

#include <huizhen/aggregation/vector_parts.h>

namespace huizhen::aggregation {

// Never renumbered: plans keep them.
enum class RobustKind : std::uint8_t {
    kMean = 1,    // stops nothing
    kMedian = 2,  // of each coordinate; fewer than half of the groups may be false
    kTrimmedMean =
        3,      // of each coordinate without the `false_groups` lowest and highest (Yin et al., ICML 2018)
    kKrum = 4,  // the group closest to its nearest groups - false_groups - 2 (Blanchard et al., NIPS 2017)
    kMultiKrum = 5,  // the mean of the groups - false_groups best by that score
};

std::string_view robust_name(RobustKind kind);  // "mean", "median", "trimmed-mean", "krum", "multi-krum"
Result<RobustKind> robust_named(std::string_view name);

struct RobustSettings {
    RobustKind kind = RobustKind::kMean;
    std::uint32_t false_groups = 0;  // the most that are assumed false
};

// kInvalidArgument: that many false groups are more than the rule can stand among `groups`: trimmed mean
// 2 f + 1, Krum 2 f + 3.
Status check(const RobustSettings& settings, std::uint32_t groups);

// Median and trimmed mean read the groups once, Krum twice: distances, then the mean of the chosen.
// `chosen`, if given, is filled with the numbers of the groups that made the result (Krum).
// kUntrustworthyInput: a group's mean holds a value that is not finite.
Status combine(const RobustSettings& settings, std::span<const ReadPart> groups, std::uint64_t values,
               const AppendPart& mean, std::vector<std::uint32_t>* chosen = nullptr);

}  // namespace huizhen::aggregation
