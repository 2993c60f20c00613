#pragma once

// Sites in groups, each summed securely by itself: the smallest thing a robust rule may look at.

#include <cstdint>
#include <string_view>
#include <vector>

#include <huizhen/base/result.h>

namespace huizhen::aggregation {

inline constexpr std::uint32_t kMinGroupSites = 3;  // a sum of two tells each of the two the other
inline constexpr std::uint32_t kMinGroups = 3;      // of two that differ nobody can say which is wrong

// The numbers 0..sites-1 (the roster, ascending) in sites / group_size groups of at least `group_size`,
// shuffled by SHA-256(plan | round): the same at every site, which checks its group before it sends anything.
// kInvalidArgument: group_size below kMinGroupSites, or sites too few for kMinGroups groups.
Result<std::vector<std::vector<std::uint32_t>>> partition(std::uint32_t sites, std::uint32_t group_size,
                                                          std::string_view plan, std::uint64_t round);

}  // namespace huizhen::aggregation
