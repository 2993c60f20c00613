#pragma once

// Model updates as integers that add up mod 2^32: clip, scale, round at random to a neighbouring integer so
// that the mean of many is unbiased. The scale is the largest for which the sum of all sites cannot overflow.
// The last word of a vector is the site's number of samples.

#include <cstddef>
#include <vector>

#include <huizhen/base/random_source.h>
#include <huizhen/base/result.h>

namespace huizhen::secagg {

enum class Weighting {
    kEqual,      // every site counts the same; always so with noise for privacy: a weight would shrink it
    kBySamples,  // a site counts as many times as it has samples
};

struct FixedPointLimits {
    std::uint32_t max_sites = 0;    // the most that may be summed
    double clip = 0;                // a value is kept within -clip..clip
    std::uint32_t max_samples = 0;  // of one site; more count as these
    Weighting weighting = Weighting::kBySamples;
};

struct DecodedMean {
    std::vector<float> values;
    std::uint64_t samples = 0;  // of all sites together
};

class FixedPoint {
  public:
    // kInvalidArgument when the plan could overflow or leaves fewer than kMinLevels steps to a site.
    static Result<FixedPoint> plan(const FixedPointLimits& limits);

    static constexpr std::uint32_t kMinLevels = 1024;
    static std::size_t words_for(std::size_t values) { return values + 1; }
    double step() const { return 1 / scale_; }  // one integer, in units of the update

    // Fills `words`, words_for(values.size()) long. kInvalidArgument: a value is not finite, or no samples.
    Status encode(std::span<const float> values, std::uint32_t samples, RandomSource& random,
                  std::span<std::uint32_t> words) const;

    // The weighted mean from the sum over `sites` sites. kMalformedInput: the sum holds no samples.
    Result<DecodedMean> decode(std::span<const std::uint32_t> sum, std::uint32_t sites) const;

    // The same by parts: what a sum's words are divided by, from its last word; and the division.
    Result<double> divisor(std::uint32_t samples, std::uint32_t sites) const;
    static void divide(std::span<const std::uint32_t> sum, double divisor, std::span<float> mean);

  private:
    FixedPoint(const FixedPointLimits& limits, std::int32_t levels, double scale)
        : limits_(limits), levels_(levels), scale_(scale) {}

    FixedPointLimits limits_;
    std::int32_t levels_;  // the largest magnitude of one site's word
    double scale_;
};

}  // namespace huizhen::secagg
