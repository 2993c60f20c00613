#include <numeric>

#include <gmock/gmock.h>

#include <huizhen/tensor/philox.h>

namespace huizhen::engine {
namespace {

using Words = std::array<std::uint32_t, 4>;

// The known answers published with Random123 (examples/kat_vectors, philox4x32 10).
TEST(Philox, gives_the_known_answers_of_random123) {
    EXPECT_EQ(philox4x32_10({0, 0, 0, 0}, {0, 0}), (Words{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
    EXPECT_EQ(philox4x32_10({0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}, {0xffffffff, 0xffffffff}),
              (Words{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
    EXPECT_EQ(philox4x32_10({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}),
              (Words{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

TEST(Philox, resumes_from_its_offset) {
    Philox first(7);
    std::vector<float> skipped(5);
    first.normal(skipped);
    Philox second(7, first.offset());
    std::vector<float> a(9);
    std::vector<float> b(9);
    first.uniform(a);
    second.uniform(b);
    EXPECT_EQ(a, b);
    first.uniform(b);
    EXPECT_NE(a, b);
}

TEST(Philox, draws_have_the_moments_they_should) {
    Philox random(11);
    std::vector<float> values(100000);
    random.normal(values, 2.0F, 3.0F);
    const double mean = std::accumulate(values.begin(), values.end(), 0.0) / 1e5;
    double variance = 0.0;
    for (const float v : values)
        variance += (static_cast<double>(v) - mean) * (static_cast<double>(v) - mean) / 1e5;
    EXPECT_NEAR(mean, 2.0, 0.05);
    EXPECT_NEAR(variance, 9.0, 0.2);
    random.uniform(values, -1.0F, 1.0F);
    EXPECT_NEAR(std::accumulate(values.begin(), values.end(), 0.0) / 1e5, 0.0, 0.01);
    EXPECT_THAT(values, ::testing::Each(::testing::AllOf(::testing::Ge(-1.0F), ::testing::Lt(1.0F))));
}

TEST(Philox, shuffles_to_a_permutation) {
    Philox random(3);
    std::vector<std::size_t> items(50);
    std::iota(items.begin(), items.end(), 0U);
    random.shuffle(items);
    EXPECT_FALSE(std::ranges::is_sorted(items));
    std::ranges::sort(items);
    for (std::size_t i = 0; i < items.size(); ++i) EXPECT_EQ(items[i], i);
    std::array<int, 5> seen{};
    for (int i = 0; i < 1000; ++i) ++seen[random.below(5)];
    EXPECT_THAT(seen, ::testing::Each(::testing::Gt(120)));
}

}  // namespace
}  // namespace huizhen::engine
