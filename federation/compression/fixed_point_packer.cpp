#include <huizhen/base/check.h>

#include "packer.h"

namespace huizhen::compression {

namespace {

class FixedPointPacker final : public Packer {
  public:
    explicit FixedPointPacker(secagg::FixedPoint plan) : plan_(plan) {}

    std::size_t values_per_word() const override { return 1; }
    double step() const override { return plan_.step(); }

    void pack(std::span<const float> values, std::uint32_t samples, RandomSource& random,
              std::span<std::uint32_t> words) const override {
        std::array<std::uint32_t, kPackedWords + 1> packed;
        const std::span<std::uint32_t> part = std::span(packed).first(values.size() + 1);
        HZ_CHECK(plan_.encode(values, samples, random, part), "the codec checks samples and values");
        std::copy_n(part.begin(), words.size(), words.begin());
    }

    Result<double> divisor(std::uint32_t samples, std::uint32_t sites) const override {
        return plan_.divisor(samples, sites);
    }

    void unpack(std::span<const std::uint32_t> words, std::size_t, std::uint32_t, double divisor,
                std::span<float> values) const override {
        secagg::FixedPoint::divide(words, divisor, values);
    }

  private:
    secagg::FixedPoint plan_;
};

}  // namespace

std::unique_ptr<Packer> fixed_point_packer(const CodecSettings& settings) {
    auto plan = secagg::FixedPoint::plan(
        {settings.max_sites, settings.clip, settings.max_samples, settings.weighting});
    HZ_CHECK(plan, "check() lets only what can be planned pass");
    return std::make_unique<FixedPointPacker>(*plan);
}

}  // namespace huizhen::compression
