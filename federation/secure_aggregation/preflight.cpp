#include <limits>

#include <huizhen/secure_aggregation/preflight.h>
#include <huizhen/secure_aggregation/refusal.h>

namespace huizhen::secagg {

namespace {

constexpr double kCertain = -std::numeric_limits<double>::infinity();

double log2_sum(double a, double b) {
    const double high = std::max(a, b), low = std::min(a, b);
    return low == kCertain ? high : high + std::log2(1 + std::exp2(low - high));
}

// The union over all sites, or over all windows.
double over_all(std::uint32_t sites, double log2_one) { return std::log2(sites) + log2_one; }

double log2_insecurity(const RoundShape& shape, std::uint32_t corrupt) {
    const std::uint32_t n = shape.sites, k = shape.neighbours, window = k / 2;
    if (shape.complete()) return shape.threshold > corrupt ? kCertain : 0;
    return std::min(0.0, log2_sum(over_all(n, log2_hypergeometric_tail(n - 1, corrupt, k, shape.threshold)),
                                  over_all(n, log2_hypergeometric_tail(n, corrupt, window,
                                                                       window - shape.dropped_in_window))));
}

double log2_failure(const RoundShape& shape, std::uint32_t dropped) {
    const std::uint32_t n = shape.sites, k = shape.neighbours;
    if (shape.complete()) return n - dropped >= shape.quorum ? kCertain : 0;
    return std::min(
        0.0, log2_sum(over_all(n, log2_hypergeometric_tail(n - 1, dropped, k, k - shape.threshold + 1)),
                      over_all(n, log2_hypergeometric_tail(n, dropped, k / 2, shape.dropped_in_window + 1))));
}

RoundShape complete_shape(std::uint32_t sites, std::uint32_t quorum) {
    return {sites, sites - 1, quorum, quorum, 0};
}

// The smallest value in [1, last] for which the falling `log2_bound` comes down to `wanted`; last + 1 if
// none.
template <typename Bound>
std::uint32_t first_reaching(std::uint32_t last, double wanted, Bound log2_bound) {
    std::uint32_t low = 1, high = last + 1;
    while (low < high) {
        const std::uint32_t middle = low + (high - low) / 2;
        if (log2_bound(middle) > wanted) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

// The ring with `k` neighbours, its threshold and window as small as secrecy allows, if that is possible.
std::optional<RoundShape> ring_shape(std::uint32_t n, std::uint32_t k, std::uint32_t quorum,
                                     const Assumptions& assume) {
    const double half = -static_cast<double>(assume.security_bits) - 1;  // each of two dangers
    const std::uint32_t window = k / 2;
    const std::uint32_t honest_needed = first_reaching(window, half, [&](std::uint32_t x) {
        return over_all(n, log2_hypergeometric_tail(n, assume.corrupt, window, x));
    });
    const std::uint32_t threshold = first_reaching(k, half, [&](std::uint32_t x) {
        return over_all(n, log2_hypergeometric_tail(n - 1, assume.corrupt, k, x));
    });
    if (honest_needed > window || threshold > k) return std::nullopt;
    return RoundShape{n, k, threshold, quorum, window - honest_needed};
}

}  // namespace

std::uint32_t quorum_of(std::uint32_t sites, std::uint32_t corrupt) { return (sites + corrupt) / 2 + 1; }

Result<Preflight> preflight(std::uint32_t sites, const Assumptions& assume) {
    if (sites < 2 || sites > kMaxSites) {
        return fail(ErrorCode::kInvalidArgument, "a round takes 2 to " + std::to_string(kMaxSites) +
                                                     " sites, not " + std::to_string(sites));
    }
    if (assume.corrupt + 2 > sites || assume.dropped >= sites) {
        return fail(ErrorCode::kInvalidArgument,
                    "fewer than two sites would be honest, or none would be left");
    }
    const std::uint32_t quorum = quorum_of(sites, assume.corrupt);
    if (sites - assume.dropped < quorum) {
        return fail(ErrorCode::kInvalidArgument,
                    "with " + std::to_string(assume.corrupt) + " of " + std::to_string(sites) +
                        " sites corrupt, " + std::to_string(quorum) + " must stay, so at most " +
                        std::to_string(sites - quorum) + " may drop out: assume less of either");
    }
    const double wanted_failure = -static_cast<double>(assume.failure_bits);
    const std::uint32_t most = std::min(kMaxNeighbours, sites - 2);
    for (std::uint32_t k = 2; sites > kCompleteBelow && k <= most; k += 2) {
        const auto shape = ring_shape(sites, k, quorum, assume);
        if (!shape) continue;
        const double failure = log2_failure(*shape, assume.dropped);
        if (failure > wanted_failure) continue;
        return Preflight{*shape, log2_insecurity(*shape, assume.corrupt), failure, sites - quorum};
    }
    if (sites > kMaxNeighbours + 1) {
        return fail(ErrorCode::kInvalidArgument,
                    "no graph of at most " + std::to_string(kMaxNeighbours) + " neighbours keeps " +
                        std::to_string(assume.security_bits) + " bits among " + std::to_string(sites) +
                        " sites: assume fewer corrupt or dropped, or split the sites into groups");
    }
    const RoundShape shape = complete_shape(sites, quorum);
    return Preflight{shape, log2_insecurity(shape, assume.corrupt), log2_failure(shape, assume.dropped),
                     sites - quorum};
}

Status check_secrecy(const RoundShape& shape, const Assumptions& assume) {
    if (shape.sites < 2 || shape.sites > kMaxSites || shape.neighbours == 0 ||
        shape.neighbours > std::min(kMaxNeighbours, shape.sites - 1) ||
        (!shape.complete() && shape.neighbours % 2 != 0) || shape.threshold == 0 ||
        shape.threshold > shape.neighbours + 1 || shape.quorum > shape.sites ||
        shape.dropped_in_window > shape.neighbours / 2) {
        return refuse(Refusal::kUnsafeShape, "its numbers fit no graph");
    }
    if (assume.corrupt + 2 > shape.sites) return refuse(Refusal::kUnsafeShape, "fewer than two honest sites");
    if (shape.quorum < quorum_of(shape.sites, assume.corrupt)) {
        return refuse(Refusal::kUnsafeShape,
                      "a quorum of " + std::to_string(shape.quorum) + " could sign two survivor lists");
    }
    constexpr double kRounding = 1e-6;  // another machine's logarithms may end in another digit
    if (log2_insecurity(shape, assume.corrupt) > -static_cast<double>(assume.security_bits) + kRounding) {
        return refuse(Refusal::kUnsafeShape, "fewer than " + std::to_string(assume.security_bits) +
                                                 " bits with " + std::to_string(assume.corrupt) +
                                                 " corrupt sites");
    }
    return {};
}

}  // namespace huizhen::secagg
