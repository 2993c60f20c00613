#pragma once

// Values to words and back, one after the other. The samples are the codec's.

#include <cstdint>
#include <memory>
#include <span>

#include <huizhen/base/random_source.h>
#include <huizhen/compression/codec_settings.h>

namespace huizhen::compression {

class Packer {
  public:
    virtual ~Packer() = default;

    virtual std::size_t values_per_word() const = 0;
    virtual double step() const = 0;

    // `words`: as many as the values fill, at most kPackedWords. The values are finite.
    virtual void pack(std::span<const float> values, std::uint32_t samples, RandomSource& random,
                      std::span<std::uint32_t> words) const = 0;

    // What the words of a sum are divided by. kMalformedInput.
    virtual Result<double> divisor(std::uint32_t samples, std::uint32_t sites) const = 0;

    // The values from number `skip` of the first word on.
    virtual void unpack(std::span<const std::uint32_t> words, std::size_t skip, std::uint32_t sites,
                        double divisor, std::span<float> values) const = 0;
};

inline constexpr std::size_t kPackedWords = 4096;

// Both want settings that check() lets pass.
std::unique_ptr<Packer> fixed_point_packer(const CodecSettings& settings);
std::unique_ptr<Packer> quantised_packer(const CodecSettings& settings);

// How many values of `settings.bits` go into a word so that the sum over max_sites sites carries nothing from
// one into the next: the largest v with radix^v <= 2^32, radix the number of different sums of one value.
std::uint32_t quantised_values_per_word(std::uint32_t bits, std::uint32_t max_sites);

}  // namespace huizhen::compression
