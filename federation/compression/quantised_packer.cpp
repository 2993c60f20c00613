// A site's value is a digit 0..2L around L; a word is v digits of radix 2L * max_sites + 1. Sums of digits
// stay below the radix, so the sum of words is the word of the sums.

#include <huizhen/base/check.h>

#include "packer.h"
#include "upper_product.h"

namespace huizhen::compression {

namespace {

std::uint32_t levels_of(std::uint32_t bits) { return (1U << (bits - 1)) - 1; }

// Division of 32-bit numbers by a constant known at run time: floor(n * ceil(2^64 / d) / 2^64) is exact
// (Lemire, Kaser, Kurz, Softw. Pract. Exp. 49 (2019) 953-970).
class Divider {
  public:
    explicit Divider(std::uint32_t divisor) : inverse_(~std::uint64_t{0} / divisor + 1) {}
    std::uint32_t quotient(std::uint32_t n) const {
        return static_cast<std::uint32_t>(upper_product(inverse_, n));
    }

  private:
    std::uint64_t inverse_;
};

class QuantisedPacker final : public Packer {
  public:
    explicit QuantisedPacker(const CodecSettings& settings)
        : settings_(settings),
          levels_(levels_of(settings.bits)),
          per_word_(quantised_values_per_word(settings.bits, settings.max_sites)),
          radix_(2 * levels_ * settings.max_sites + 1),
          scale_(levels_ / settings.clip),
          by_radix_(radix_) {}

    std::size_t values_per_word() const override { return per_word_; }
    double step() const override { return 1 / scale_; }

    void pack(std::span<const float> values, std::uint32_t samples, RandomSource& random,
              std::span<std::uint32_t> words) const override {
        const bool weighted = settings_.weighting == secagg::Weighting::kBySamples;
        const double weight =
            weighted ? std::min(samples, settings_.max_samples) / static_cast<double>(settings_.max_samples)
                     : 1;
        std::array<std::uint32_t, kPackedWords> digits;
        const std::size_t at_once = kPackedWords / per_word_ * per_word_;
        for (std::size_t first = 0, word = 0; first < values.size(); first += at_once) {
            const std::size_t count = std::min(at_once, values.size() - first);
            round_at_random(values.subspan(first, count), scale_ * weight, random, digits);
            for (std::size_t i = 0; i < count; i += per_word_) {
                std::uint32_t packed = 0;
                for (std::size_t j = std::min<std::size_t>(per_word_, count - i); j-- > 0;) {
                    packed = packed * radix_ + digits[i + j];
                }
                words[word++] = packed;
            }
        }
    }

    Result<double> divisor(std::uint32_t samples, std::uint32_t sites) const override {
        if (samples == 0 || sites == 0 || sites > settings_.max_sites ||
            samples > std::uint64_t{sites} * settings_.max_samples) {
            return fail(ErrorCode::kMalformedInput, "the sum's samples do not fit the sites that made it");
        }
        return settings_.weighting == secagg::Weighting::kBySamples
                   ? scale_ * static_cast<double>(samples) / settings_.max_samples
                   : scale_ * sites;
    }

    void unpack(std::span<const std::uint32_t> words, std::size_t skip, std::uint32_t sites, double divisor,
                std::span<float> values) const override {
        const std::int64_t middle = std::int64_t{sites} * levels_;
        std::size_t filled = 0;
        for (std::uint32_t rest : words) {
            for (std::size_t j = 0; j < per_word_ && filled < values.size(); ++j) {
                const std::uint32_t above = by_radix_.quotient(rest);
                if (skip > 0) {
                    --skip;
                } else {
                    const std::int64_t sum = std::int64_t{rest - above * radix_} - middle;
                    values[filled++] = static_cast<float>(static_cast<double>(sum) / divisor);
                }
                rest = above;
            }
        }
        HZ_CHECK(filled == values.size(), "the words hold the values");
    }

  private:
    // digit = floor(clamped + L + u), u uniform in [0, 1): a value between two levels takes the upper one
    // with the probability of its distance from the lower. In double, where 31 random bits stay apart.
    void round_at_random(std::span<const float> values, double factor, RandomSource& random,
                         std::span<std::uint32_t> digits) const {
        random.fill({reinterpret_cast<std::uint8_t*>(digits.data()), values.size() * sizeof(std::uint32_t)});
        const double levels = levels_;
        for (std::size_t i = 0; i < values.size(); ++i) {
            const double exact = std::clamp(values[i] * factor, -levels, levels);
            const double uniform = static_cast<std::int32_t>(digits[i] >> 1) * 0x1p-31;
            digits[i] = static_cast<std::uint32_t>(static_cast<std::int32_t>(exact + levels + uniform));
        }
    }

    CodecSettings settings_;
    std::uint32_t levels_, per_word_, radix_;
    double scale_;
    Divider by_radix_;
};

}  // namespace

std::uint32_t quantised_values_per_word(std::uint32_t bits, std::uint32_t max_sites) {
    const std::uint64_t radix = std::uint64_t{2} * levels_of(bits) * max_sites + 1;
    std::uint32_t count = 0;
    for (std::uint64_t reach = radix; reach <= std::uint64_t{1} << 32; reach *= radix) ++count;
    return count;
}

std::unique_ptr<Packer> quantised_packer(const CodecSettings& settings) {
    return std::make_unique<QuantisedPacker>(settings);
}

}  // namespace huizhen::compression
