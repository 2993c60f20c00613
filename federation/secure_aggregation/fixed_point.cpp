#include <limits>

#include <huizhen/base/check.h>
#include <huizhen/secure_aggregation/fixed_point.h>

namespace huizhen::secagg {

Result<FixedPoint> FixedPoint::plan(const FixedPointLimits& limits) {
    if (limits.max_sites == 0 || limits.max_samples == 0 || !std::isfinite(limits.clip) || limits.clip <= 0) {
        return fail(ErrorCode::kInvalidArgument, "sites, samples and clip must be above zero");
    }
    const std::uint32_t levels = std::numeric_limits<std::int32_t>::max() / limits.max_sites;
    if (levels < kMinLevels) {
        return fail(ErrorCode::kInvalidArgument,
                    "overflow: " + std::to_string(limits.max_sites) + " sites leave " +
                        std::to_string(levels) + " steps to each; at least " + std::to_string(kMinLevels));
    }
    const std::uint64_t most_samples = std::uint64_t{limits.max_sites} * limits.max_samples;
    if (most_samples > std::numeric_limits<std::uint32_t>::max()) {
        return fail(ErrorCode::kInvalidArgument, "overflow: " + std::to_string(limits.max_sites) +
                                                     " sites of " + std::to_string(limits.max_samples) +
                                                     " samples pass 2^32 together; lower either");
    }
    return FixedPoint(limits, static_cast<std::int32_t>(levels), levels / limits.clip);
}

Status FixedPoint::encode(std::span<const float> values, std::uint32_t samples, RandomSource& random,
                          std::span<std::uint32_t> words) const {
    HZ_CHECK(words.size() == words_for(values.size()), "one word a value and one for the samples");
    if (samples == 0) return fail(ErrorCode::kInvalidArgument, "a site without samples has nothing to add");
    samples = std::min(samples, limits_.max_samples);
    const double weight =
        limits_.weighting == Weighting::kBySamples ? static_cast<double>(samples) / limits_.max_samples : 1;
    const double factor = scale_ * weight, levels = levels_;
    std::array<std::uint32_t, 1024> draws;
    for (std::size_t i = 0; i < values.size(); ++i) {
        if (i % draws.size() == 0) {
            random.fill({reinterpret_cast<std::uint8_t*>(draws.data()), sizeof(draws)});
        }
        if (!std::isfinite(values[i])) {
            return fail(ErrorCode::kInvalidArgument, "the update holds a value that is not finite");
        }
        const double exact =
            std::clamp(std::clamp<double>(values[i], -limits_.clip, limits_.clip) * factor, -levels, levels);
        const double below = std::floor(exact);
        const bool up = (exact - below) * 0x1p32 > draws[i % draws.size()];
        words[i] = static_cast<std::uint32_t>(static_cast<std::int32_t>(below) + up);
    }
    words.back() = samples;
    return {};
}

Result<double> FixedPoint::divisor(std::uint32_t samples, std::uint32_t sites) const {
    if (samples == 0 || sites == 0 || sites > limits_.max_sites ||
        samples > std::uint64_t{sites} * limits_.max_samples) {
        return fail(ErrorCode::kMalformedInput, "the sum's samples do not fit the sites that made it");
    }
    return limits_.weighting == Weighting::kBySamples
               ? scale_ * static_cast<double>(samples) / limits_.max_samples
               : scale_ * sites;
}

void FixedPoint::divide(std::span<const std::uint32_t> sum, double divisor, std::span<float> mean) {
    HZ_CHECK(sum.size() == mean.size(), "one value a word");
    for (std::size_t i = 0; i < mean.size(); ++i) {
        mean[i] = static_cast<float>(static_cast<std::int32_t>(sum[i]) / divisor);
    }
}

Result<DecodedMean> FixedPoint::decode(std::span<const std::uint32_t> sum, std::uint32_t sites) const {
    HZ_CHECK(!sum.empty(), "a sum holds at least the samples");
    HZ_ASSIGN(const double by, divisor(sum.back(), sites));
    DecodedMean mean{std::vector<float>(sum.size() - 1), sum.back()};
    divide(sum.first(mean.values.size()), by, mean.values);
    return mean;
}

}  // namespace huizhen::secagg
