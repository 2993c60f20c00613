#include "codec_cases.h"

namespace huizhen::compression {
namespace {

using secagg::Weighting;

UpdateCodec codec_of(const CodecSettings& settings, std::uint64_t values, const PublicRound& round) {
    auto codec = UpdateCodec::make(settings, values, round);
    EXPECT_TRUE(codec) << codec.error().to_string();
    return std::move(*codec);
}

std::vector<std::uint32_t> encoded(const UpdateCodec& codec, std::span<const float> update,
                                   std::uint32_t samples, std::uint8_t seed) {
    secagg::SeededRandom random = random_from(seed);
    std::vector<std::uint32_t> words(codec.words());
    EXPECT_TRUE(codec.encode(update, samples, {}, random, words));
    return words;
}

void add(std::vector<std::uint32_t>& sum, const std::vector<std::uint32_t>& words) {
    for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += words[i];
}

// What each site's own words say, in whole levels: the plain computation the sum must agree with.
std::vector<std::int64_t> levels_of(const UpdateCodec& codec, const CodecSettings& settings,
                                    const std::vector<std::uint32_t>& words) {
    const auto tally = codec.tally(words, 1).value();
    std::vector<float> values(codec.values());
    codec.mean(words, tally, 0, values);
    const double weight = settings.weighting == Weighting::kEqual
                              ? 1
                              : tally.samples / static_cast<double>(settings.max_samples);
    std::vector<std::int64_t> levels;
    for (const float value : values) levels.push_back(std::llround(value * weight / codec.step()));
    return levels;
}

// Levels of fixed point pass what a float holds, so they are compared only where every level is exact.
TEST(UpdateCodec, the_sum_decodes_to_the_mean_of_what_each_site_encoded_bit_for_bit) {
    for (const CodecKind kind : {CodecKind::kQuantised, CodecKind::kSparseQuantised}) {
        for (const Weighting weighting : {Weighting::kEqual, Weighting::kBySamples}) {
            const CodecSettings settings = settings_of(kind, weighting);
            const UpdateCodec codec = codec_of(settings, 1001, round_of(1));
            std::vector<std::uint32_t> sum(codec.words());
            std::vector<std::int64_t> levels(1001);
            std::uint32_t samples = 0;
            for (std::uint8_t site = 0; site < 5; ++site) {
                const std::uint32_t own = 20u * site + 7;
                const auto words = encoded(codec, gaussian(1001, 0.5F, site), own, site);
                const auto own_levels = levels_of(codec, settings, words);
                for (std::size_t i = 0; i < levels.size(); ++i) levels[i] += own_levels[i];
                samples += own;
                add(sum, words);
            }
            const auto decoded = codec.decode(sum, 5).value();
            EXPECT_EQ(decoded.samples, samples);
            const double scale = 127;  // levels of 8 bits, clip 1
            const double divisor =
                weighting == Weighting::kEqual ? scale * 5 : scale * static_cast<double>(samples) / 100;
            for (std::size_t i = 0; i < levels.size(); ++i) {
                ASSERT_EQ(decoded.values[i], static_cast<float>(static_cast<double>(levels[i]) / divisor))
                    << codec_name(kind) << " value " << i;
            }
        }
    }
}

TEST(UpdateCodec, fixed_point_is_the_fixed_point_of_secure_aggregation_bit_for_bit) {
    const CodecSettings settings = settings_of(CodecKind::kFixedPoint);
    const auto plain = secagg::FixedPoint::plan({5, 1, 100, Weighting::kBySamples}).value();
    const UpdateCodec codec = codec_of(settings, 300, round_of(1));
    const std::vector<float> update = gaussian(300, 0.5F, 9);
    secagg::SeededRandom random = random_from(3);
    std::vector<std::uint32_t> words(301);
    ASSERT_TRUE(plain.encode(update, 40, random, words));
    EXPECT_EQ(encoded(codec, update, 40, 3), words);
    EXPECT_EQ(codec.decode(words, 1).value().values, plain.decode(words, 1).value().values);
}

TEST(UpdateCodec, masks_that_cancel_change_nothing) {
    for (const CodecKind kind : kAllKinds) {
        const UpdateCodec codec = codec_of(settings_of(kind), 500, round_of(1));
        std::vector<std::uint32_t> plain(codec.words()), masked(codec.words());
        std::mt19937 engine(1);
        std::vector<std::uint32_t> masks(codec.words());
        for (std::uint8_t site = 0; site < 4; ++site) {
            auto words = encoded(codec, gaussian(500, 0.5F, site), 50, site);
            add(plain, words);
            for (std::size_t i = 0; i < words.size(); ++i) {
                const auto mask = static_cast<std::uint32_t>(site < 3 ? engine() : 0u - masks[i]);
                words[i] += mask;
                if (site < 3) masks[i] += mask;
            }
            add(masked, words);
        }
        EXPECT_EQ(plain, masked) << codec_name(kind);
    }
}

TEST(UpdateCodec, all_sites_at_their_limits_do_not_carry_into_a_neighbour) {
    for (const std::uint32_t bits : {2u, 4u, 8u, 12u}) {
        for (std::uint32_t sites = 1; sites < 6'000; sites = sites * 3 / 2 + 1) {
            CodecSettings settings = settings_of(CodecKind::kQuantised, Weighting::kEqual);
            settings.bits = bits;
            settings.max_sites = sites;
            settings.max_samples = 3;
            if (!check(settings, 13)) continue;
            const UpdateCodec codec = codec_of(settings, 13, round_of(1));
            std::vector<float> update(13);
            for (std::size_t i = 0; i < update.size(); ++i) update[i] = i % 2 == 0 ? 1e30F : -1e30F;
            const auto words = encoded(codec, update, 9, 1);
            std::vector<std::uint32_t> sum(words.size());
            for (std::size_t i = 0; i < sum.size(); ++i) sum[i] = words[i] * sites;
            const auto mean = codec.decode(sum, sites).value();
            EXPECT_EQ(mean.samples, 3u * sites);
            for (std::size_t i = 0; i < update.size(); ++i) {
                ASSERT_EQ(mean.values[i], i % 2 == 0 ? 1.0F : -1.0F) << bits << " bits, " << sites;
            }
        }
    }
}

TEST(UpdateCodec, rounding_is_unbiased) {
    for (const CodecKind kind : {CodecKind::kFixedPoint, CodecKind::kQuantised}) {
        const CodecSettings settings = settings_of(kind, Weighting::kBySamples);
        constexpr std::size_t kCount = 90'000;
        const UpdateCodec codec = codec_of(settings, kCount, round_of(1));
        for (const double level : {-3.75, 0.1, 20.5}) {
            // At half weight a level is two steps wide.
            const auto value = static_cast<float>(level * 2 * codec.step());
            const auto words = encoded(codec, std::vector<float>(kCount, value), 50, 7);
            const auto mean = codec.decode(words, 1).value();
            double sum = 0;
            for (const float decoded : mean.values) {
                const double got = decoded / (2 * codec.step());
                ASSERT_LT(std::abs(got - level), 1.0001);
                sum += got - level;
            }
            const double fraction = level - std::floor(level);
            const double error = 5 * std::sqrt(fraction * (1 - fraction) / kCount) + 1e-5;
            EXPECT_LT(std::abs(sum / kCount), error) << codec_name(kind) << " level " << level;
        }
    }
}

TEST(UpdateCodec, a_mean_reads_the_same_in_parts_of_any_size) {
    for (const CodecKind kind : kAllKinds) {
        const UpdateCodec codec = codec_of(settings_of(kind), 10'007, round_of(4, gaussian(10'007, 1, 3)));
        const auto words = encoded(codec, gaussian(10'007, 0.3F, 2), 60, 1);
        const auto whole = codec.decode(words, 1).value().values;
        const auto tally = codec.tally(words, 1).value();
        for (const std::size_t size : {1UL, 2UL, 5UL, 64UL, 4097UL, 9999UL}) {
            std::vector<float> parts(whole.size());
            for (std::size_t first = 0; first < parts.size(); first += size) {
                codec.mean(words, tally, first,
                           std::span(parts).subspan(first, std::min(size, parts.size() - first)));
            }
            ASSERT_EQ(parts, whole) << codec_name(kind) << " in parts of " << size;
        }
    }
}

TEST(UpdateCodec, a_sparse_mean_is_the_update_at_its_places_and_zero_elsewhere) {
    CodecSettings settings = settings_of(CodecKind::kSparse);
    const std::vector<float> update = gaussian(1000, 0.2F, 4), last = gaussian(1000, 1, 8);
    const UpdateCodec codec = codec_of(settings, 1000, round_of(6, last));
    const auto mean = codec.decode(encoded(codec, update, 100, 2), 1).value().values;
    const auto places = shared_support(1000, 200, 100, round_of(6, last)).value();
    std::size_t at = 0;
    for (std::size_t i = 0; i < 1000; ++i) {
        const bool sent = at < places.size() && places[at] == i;
        at += sent;
        if (sent) {
            EXPECT_NEAR(mean[i], std::clamp(update[i], -1.0F, 1.0F), 1e-7);
        } else {
            ASSERT_EQ(mean[i], 0.0F);
        }
    }
    EXPECT_EQ(at, 200u);
}

TEST(UpdateCodec, what_error_feedback_holds_back_is_sent_in_the_end) {
    for (const CodecKind kind : kAllKinds) {
        CodecSettings settings = settings_of(kind);
        settings.clip = 0.5;  // some values are clipped too
        constexpr std::size_t kCount = 400;
        std::vector<float> residual(kCount), last;
        std::vector<double> wanted(kCount), got(kCount);
        for (std::uint64_t round = 0; round < 230; ++round) {
            const UpdateCodec codec = codec_of(settings, kCount, round_of(round, last));
            const auto update = round < 30 ? gaussian(kCount, 0.2F, static_cast<unsigned>(round))
                                           : std::vector<float>(kCount);
            secagg::SeededRandom random = random_from(static_cast<std::uint8_t>(round));
            std::vector<std::uint32_t> words(codec.words());
            ASSERT_TRUE(codec.encode(update, 80, residual, random, words));
            last = codec.decode(words, 1).value().values;
            for (std::size_t i = 0; i < kCount; ++i) {
                wanted[i] += update[i];
                got[i] += last[i];
            }
            for (std::size_t i = 0; i < kCount; ++i) {
                ASSERT_NEAR(got[i] + residual[i], wanted[i], 1e-4) << codec_name(kind) << " round " << round;
            }
        }
        double held = 0;
        for (const float value : residual) held = std::max(held, std::abs(static_cast<double>(value)));
        EXPECT_LT(held, 0.01) << codec_name(kind);  // a level of 8 bits at this weight is 0.005
    }
}

// Without it what is not chosen is lost, and with a fifth sent descent is five times slower; with it what is
// not sent is sent later, and descent keeps its pace.
TEST(UpdateCodec, sparse_descent_with_error_feedback_keeps_its_pace) {
    const std::vector<float> target = gaussian(200, 0.3F, 11);
    const auto distance_after = [&](bool feedback) {
        CodecSettings settings = settings_of(CodecKind::kSparse);
        std::vector<float> model(200), residual(feedback ? 200UL : 0UL), update(200), last;
        for (std::uint64_t round = 0; round < 100; ++round) {
            for (std::size_t i = 0; i < 200; ++i) update[i] = 0.05F * (target[i] - model[i]);
            const UpdateCodec codec = codec_of(settings, 200, round_of(round, last));
            secagg::SeededRandom random = random_from(static_cast<std::uint8_t>(round));
            std::vector<std::uint32_t> words(codec.words());
            EXPECT_TRUE(codec.encode(update, 100, residual, random, words));
            last = codec.decode(words, 1).value().values;
            for (std::size_t i = 0; i < 200; ++i) model[i] += last[i];
        }
        double squares = 0;
        for (std::size_t i = 0; i < 200; ++i) squares += std::pow(target[i] - model[i], 2);
        return std::sqrt(squares);
    };
    double whole = 0;
    for (const float value : target) whole += value * value;
    EXPECT_LT(distance_after(true), 0.05 * std::sqrt(whole));  // dense: 0.95^100 = 0.006
    EXPECT_GT(distance_after(false), 0.2 * std::sqrt(whole));
}

TEST(UpdateCodec, a_refused_update_changes_nothing) {
    for (const CodecKind kind : kAllKinds) {
        const UpdateCodec codec = codec_of(settings_of(kind), 30, round_of(1));
        secagg::SeededRandom random = random_from(1);
        std::vector<std::uint32_t> words(codec.words(), 5);
        const auto untouched = words;
        std::vector<float> residual(30, 0.25F), update(30, 0.5F);
        EXPECT_FALSE(codec.encode(update, 0, residual, random, words));
        update[29] = std::numeric_limits<float>::infinity();
        EXPECT_FALSE(codec.encode(update, 3, residual, random, words));
        update[29] = std::nanf("");
        EXPECT_FALSE(codec.encode(update, 3, {}, random, words));
        update[29] = std::numeric_limits<float>::max();
        residual[29] = std::numeric_limits<float>::max();
        EXPECT_FALSE(codec.encode(update, 3, residual, random, words));
        EXPECT_EQ(words, untouched);
        EXPECT_EQ(residual[0], 0.25F);
    }
}

TEST(UpdateCodec, refuses_sums_that_no_sites_could_have_made) {
    for (const CodecKind kind : kAllKinds) {
        const UpdateCodec codec = codec_of(settings_of(kind), 30, round_of(1));
        std::vector<std::uint32_t> sum(codec.words());
        EXPECT_EQ(codec.tally(sum, 2).error().code(), ErrorCode::kMalformedInput);  // no samples
        sum.back() = 201;
        EXPECT_FALSE(codec.tally(sum, 2));  // more than two sites may have
        sum.back() = 200;
        EXPECT_TRUE(codec.tally(sum, 2));
        EXPECT_FALSE(codec.tally(sum, 0));
        EXPECT_FALSE(codec.tally(sum, 6));  // more sites than planned
    }
}

}  // namespace
}  // namespace huizhen::compression
