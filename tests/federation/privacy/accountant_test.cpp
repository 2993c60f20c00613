#include <huizhen/privacy/accountant.h>

namespace huizhen::privacy {
namespace {

struct Vector {
    double sampling_rate, noise_multiplier;
    std::uint64_t times;
    double delta, epsilon;
};

// dp-accounting 0.6.0, RdpAccountant, default orders: tests/interop/privacy_accountant.py --vectors. Where it
// gives up on some fractional orders of a sampled release, ours is a little lower.
constexpr Vector kVectors[] = {
    {1, 1, 1, 1e-05, 4.728507067},          {1, 0.5, 1, 1e-05, 10.7255097},
    {1, 4, 12, 1e-05, 4.011321709},         {1, 2.5, 60, 1e-06, 20.03199163},
    {1, 50, 1, 0.001, 0.03394363368},       {0.01, 1.1, 10000, 1e-05, 5.63201067},
    {0.01, 0.7, 1000, 1e-06, 6.2786522},    {0.004, 1, 20000, 1e-05, 3.467711109},
    {0.1, 1, 50, 1e-05, 5.885427277},       {0.5, 3, 30, 1e-05, 4.618580104},
    {0.25, 0.6, 4, 0.0001, 9.9280811},      {0.9, 8, 100, 1e-08, 6.966059432},
    {0.001, 0.8, 5000, 1e-06, 1.592307763},
};

TEST(Accountant, agrees_with_dp_accounting) {
    for (const Vector& vector : kVectors) {
        RdpAccountant accountant;
        ASSERT_TRUE(accountant.compose({vector.noise_multiplier, vector.sampling_rate, vector.times}));
        EXPECT_NEAR(accountant.epsilon(vector.delta) / vector.epsilon, 1, 1e-3)
            << vector.sampling_rate << " " << vector.noise_multiplier;
    }
}

// For whole orders the expectation is a finite sum: (1-q)^(a-k) q^k C(a,k) exp(k(k-1) / (2 s^2)).
TEST(Accountant, agrees_with_the_sum_for_whole_orders) {
    for (const double s : {0.3, 1.0, 7.0}) {
        for (const double q : {1e-4, 0.03, 0.7}) {
            for (const int order : {2, 3, 10, 40}) {
                long double sum = 0, binomial = 1;
                for (int k = 0; k <= order; ++k) {
                    sum += binomial * std::pow(1.0L - q, order - k) *
                           std::pow(static_cast<long double>(q), k) *
                           std::exp(static_cast<long double>(k * (k - 1)) / (2 * s * s));
                    binomial = binomial * (order - k) / (k + 1);
                }
                const double expected = static_cast<double>(std::log(sum)) / (order - 1);
                EXPECT_NEAR(rdp_of_gaussian(s, q, order), expected, 1e-12 + 1e-9 * expected)
                    << s << " " << q << " " << order;
            }
        }
    }
}

TEST(Accountant, sampling_everybody_is_the_limit_of_sampling_nearly_everybody) {
    for (const double order : {1.5, 4.0, 60.0}) {
        EXPECT_NEAR(rdp_of_gaussian(2, 1 - 1e-9, order), rdp_of_gaussian(2, 1, order), 1e-6);
    }
    EXPECT_EQ(rdp_of_gaussian(2, 0, 3), 0);
}

TEST(Accountant, releases_add_up) {
    RdpAccountant once, twice;
    ASSERT_TRUE(once.compose({2, 0.1, 30}));
    ASSERT_TRUE(twice.compose({2, 0.1, 10}));
    ASSERT_TRUE(twice.compose({2, 0.1, 20}));
    EXPECT_NEAR(once.epsilon(1e-5), twice.epsilon(1e-5), 1e-9);
    EXPECT_EQ(RdpAccountant().epsilon(1e-5), 0);
}

TEST(Accountant, refuses_what_is_no_release) {
    RdpAccountant accountant;
    for (const GaussianRelease& release :
         {GaussianRelease{0, 1, 1}, GaussianRelease{-1, 1, 1}, GaussianRelease{std::nan(""), 1, 1},
          GaussianRelease{1, 0, 1}, GaussianRelease{1, 1.5, 1}, GaussianRelease{1, 1, 0}}) {
        EXPECT_FALSE(accountant.compose(release));
    }
    EXPECT_EQ(accountant.epsilon(1e-5), 0);
}

TEST(Accountant, finds_the_noise_for_a_budget) {
    for (const double sampling_rate : {1.0, 0.2}) {
        const double multiplier = noise_multiplier_for(8, 1e-5, sampling_rate, 40).value();
        RdpAccountant enough, little;
        ASSERT_TRUE(enough.compose({multiplier, sampling_rate, 40}));
        ASSERT_TRUE(little.compose({multiplier * 0.999, sampling_rate, 40}));
        EXPECT_LE(enough.epsilon(1e-5), 8);
        EXPECT_GT(little.epsilon(1e-5), 8);
    }
    EXPECT_FALSE(noise_multiplier_for(0, 1e-5, 1, 1));
    EXPECT_FALSE(noise_multiplier_for(1e-6, 1e-9, 1, 1'000'000));
}

}  // namespace
}  // namespace huizhen::privacy
