#pragma once

// An update as the words that secure aggregation adds mod 2^32, and the sum of such words as a mean. All
// kinds are linear: the sum of the sites' words decodes to the weighted mean of what each of them encoded,
// exactly, masks or no masks. Immutable once made; any thread.

#include <memory>

#include <huizhen/base/random_source.h>
#include <huizhen/compression/codec_settings.h>
#include <huizhen/compression/support.h>

namespace huizhen::compression {

class Packer;

class UpdateCodec {
  public:
    // For one round: the places of a sparse codec change with it. kInvalidArgument: see check() and
    // shared_support().
    static Result<UpdateCodec> make(const CodecSettings& settings, std::uint64_t values,
                                    const PublicRound& round);
    ~UpdateCodec();
    UpdateCodec(UpdateCodec&&) noexcept;
    UpdateCodec& operator=(UpdateCodec&&) noexcept;

    std::uint64_t values() const { return values_; }
    std::uint64_t words() const { return words_; }  // the last one holds the samples
    double step() const;                            // one level, in units of an update of full weight

    // The site's side. Fills `words`, words() long.
    //
    // `residual`: what earlier rounds left unsent, values() long, zeros at first; or empty. It is added to
    // the update, and becomes what this round leaves unsent: clipped, rounded off or not chosen. Keep the
    // former one until the site is named among those in the sum: whoever was left out goes on from it. With
    // noise for privacy it must be empty: it would carry one round's data past the next round's clipping.
    //
    // kInvalidArgument: a value is not finite, or no samples; then nothing is changed.
    Status encode(std::span<const float> update, std::uint32_t samples, std::span<float> residual,
                  RandomSource& random, std::span<std::uint32_t> words) const;

    // The coordinator's side. How a sum over `sites` sites reads.
    struct Tally {
        std::uint32_t sites = 0;
        std::uint32_t samples = 0;  // of all sites together
        double divisor = 1;
    };
    // kMalformedInput: the sum's samples do not fit the sites.
    Result<Tally> tally(std::span<const std::uint32_t> sum, std::uint32_t sites) const;

    // The mean's values [first, first + mean.size()), zero where the round sent none.
    void mean(std::span<const std::uint32_t> sum, const Tally& tally, std::uint64_t first,
              std::span<float> mean) const;

    // All at once.
    Result<secagg::DecodedMean> decode(std::span<const std::uint32_t> sum, std::uint32_t sites) const;

  private:
    UpdateCodec(const CodecSettings& settings, std::uint64_t values, std::vector<std::uint32_t> support,
                std::unique_ptr<Packer> packer);

    bool sparse() const;

    CodecSettings settings_;
    std::uint64_t values_, words_;
    std::vector<std::uint32_t> support_;  // empty: all values
    std::unique_ptr<Packer> packer_;
};

}  // namespace huizhen::compression
