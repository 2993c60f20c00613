#include <limits>
#include <random>

#include <huizhen/secure_aggregation/preflight.h>

namespace huizhen::secagg {
namespace {

// scipy 1.17.1: hypergeom.logsf(x - 1, N, K, m) / log(2).
TEST(Hypergeometric, agrees_with_scipy) {
    EXPECT_NEAR(log2_hypergeometric_tail(999, 200, 90, 40), -25.21038931522632, 1e-8);
    EXPECT_NEAR(log2_hypergeometric_tail(1000, 100, 50, 20), -27.223708457295956, 1e-8);
    EXPECT_NEAR(log2_hypergeometric_tail(99, 33, 40, 30), -42.679587635823445, 1e-8);
    EXPECT_NEAR(log2_hypergeometric_tail(10, 5, 5, 5), -7.9772799234999185, 1e-8);
    EXPECT_EQ(log2_hypergeometric_tail(10, 5, 8, 3), 0);
    EXPECT_EQ(log2_hypergeometric_tail(10, 5, 4, 5), -std::numeric_limits<double>::infinity());
}

TEST(Preflight, up_to_a_hundred_sites_everybody_masks_with_everybody) {
    const Preflight plan = preflight(9, {.corrupt = 2, .dropped = 3}).value();
    EXPECT_TRUE(plan.shape.complete());
    EXPECT_EQ(plan.shape.threshold, 6u);
    EXPECT_EQ(plan.shape.quorum, 6u);
    EXPECT_EQ(plan.tolerated_dropouts, 3u);
    EXPECT_EQ(plan.log2_insecurity, -std::numeric_limits<double>::infinity());
    EXPECT_EQ(preflight(5, {}).value().shape.threshold, 3u);
    EXPECT_TRUE(preflight(100, {.corrupt = 33, .dropped = 10}).value().shape.complete());
}

TEST(Preflight, above_a_hundred_sites_few_neighbours_reach_the_bounds) {
    const Preflight plan = preflight(1000, {.corrupt = 100, .dropped = 100}).value();
    EXPECT_FALSE(plan.shape.complete());
    EXPECT_LT(plan.shape.neighbours, 160u);
    EXPECT_LE(plan.log2_insecurity, -40);
    EXPECT_LE(plan.log2_failure, -20);
    EXPECT_TRUE(check_secrecy(plan.shape, {.corrupt = 100, .dropped = 100}));
}

TEST(Preflight, more_corruption_or_more_dropouts_need_more_neighbours) {
    const auto neighbours = [](std::uint32_t corrupt, std::uint32_t dropped) {
        return preflight(1000, {.corrupt = corrupt, .dropped = dropped}).value().shape.neighbours;
    };
    EXPECT_LT(neighbours(50, 50), neighbours(150, 50));
    EXPECT_LT(neighbours(50, 50), neighbours(50, 150));
}

TEST(Preflight, says_what_cannot_be_kept) {
    EXPECT_EQ(preflight(1, {}).error().code(), ErrorCode::kInvalidArgument);
    EXPECT_FALSE(preflight(kMaxSites + 1, {}));
    EXPECT_FALSE(preflight(9, {.corrupt = 4, .dropped = 3}));
    EXPECT_FALSE(preflight(9, {.corrupt = 8}));
    EXPECT_FALSE(preflight(1000, {.corrupt = 450, .dropped = 100}));
    EXPECT_TRUE(preflight(200, {.corrupt = 66, .dropped = 30}));
}

TEST(CheckSecrecy, refuses_what_a_dishonest_coordinator_might_propose) {
    const Assumptions nine = {.corrupt = 2};
    const RoundShape honest = preflight(9, nine).value().shape;
    const auto refused = [&](auto change) {
        RoundShape shape = honest;
        change(shape);
        const Status status = check_secrecy(shape, nine);
        return !status && status.error().code() == ErrorCode::kPermissionDenied;
    };
    EXPECT_TRUE(check_secrecy(honest, nine));
    EXPECT_TRUE(refused([](RoundShape& s) { s.threshold = 2; }));
    EXPECT_TRUE(refused([](RoundShape& s) { s.threshold = 0; }));
    EXPECT_TRUE(refused([](RoundShape& s) { s.quorum = 5; }));
    EXPECT_TRUE(refused([](RoundShape& s) { s.quorum = 10; }));
    EXPECT_TRUE(refused([](RoundShape& s) { s.neighbours = 4; }));
    EXPECT_TRUE(refused([](RoundShape& s) { s.neighbours = 0; }));
    EXPECT_TRUE(refused([](RoundShape& s) { s.neighbours = 9; }));
    EXPECT_TRUE(refused([](RoundShape& s) { s.sites = 3, s.neighbours = 2, s.threshold = 3, s.quorum = 3; }));

    const Assumptions many = {.corrupt = 100};
    RoundShape ring = preflight(1000, {.corrupt = 100, .dropped = 100}).value().shape;
    ++ring.dropped_in_window;
    EXPECT_FALSE(check_secrecy(ring, many));
    ring.dropped_in_window = ring.neighbours / 2 + 1;
    EXPECT_FALSE(check_secrecy(ring, many));
}

// The union bound over windows, against corrupt places drawn at random.
TEST(Preflight, its_window_bound_covers_what_simulation_finds) {
    constexpr int kSites = 120, kCorrupt = 20, kWindow = 6, kDanger = 5, kTrials = 4000;
    const double bound = kSites * std::exp2(log2_hypergeometric_tail(kSites, kCorrupt, kWindow, kDanger));
    std::mt19937 generator(11);
    int in_danger = 0;
    for (int trial = 0; trial < kTrials; ++trial) {
        std::vector<bool> corrupt(kSites);
        std::fill_n(corrupt.begin(), kCorrupt, true);
        std::shuffle(corrupt.begin(), corrupt.end(), generator);
        bool found = false;
        for (int first = 0; first < kSites && !found; ++first) {
            int inside = 0;
            for (int i = 0; i < kWindow; ++i) inside += corrupt[(first + i) % kSites];
            found = inside >= kDanger;
        }
        in_danger += found;
    }
    const double share = static_cast<double>(in_danger) / kTrials;
    EXPECT_LT(share, bound);
    EXPECT_GT(share, bound / 4);  // and it is not a bound that says nothing
}

}  // namespace
}  // namespace huizhen::secagg
