#pragma once

// Which values of a sparse update are sent: the same at every site, from what is public. Chosen by each site
// for itself it would tell about its data, and words at different places do not add up.

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include <huizhen/base/result.h>

namespace huizhen::compression {

// What site and coordinator both know of a round.
struct PublicRound {
    std::string_view plan;
    std::uint64_t number = 0;
    // The mean that the last round of this plan gave: what its model was moved by. Empty: none yet.
    std::span<const float> last_mean;
};

// `keep` of `values` places, ascending, no two the same. Of them at most `top` are where last_mean is largest
// in magnitude (the lower place first among equals, never where it is zero); each of the rest is drawn from
// its own equal stretch of what remains, from SHA-256(plan | round). So every place comes up in time, and a
// site's residual is sent in the end.
// kInvalidArgument: 2^32 values or more, or a last_mean of another length. kMalformedInput: it is not finite.
Result<std::vector<std::uint32_t>> shared_support(std::uint64_t values, std::uint64_t keep, std::uint64_t top,
                                                  const PublicRound& round);

}  // namespace huizhen::compression
