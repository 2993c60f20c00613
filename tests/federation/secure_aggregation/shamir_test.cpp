#include <huizhen/secure_aggregation/shamir.h>

#include "test_bytes.h"

namespace huizhen::secagg {
namespace {

Share share_of(std::uint8_t position, std::string_view hex) { return {position, secret_from_hex(hex)}; }

Share copy_of(const Share& share) { return {share.position, Secret32(share.value.bytes())}; }

TEST(Shamir, multiplies_as_fips_197_does) {
    EXPECT_EQ(gf256_multiply(0x57, 0x83), 0xc1);
    EXPECT_EQ(gf256_multiply(0x57, 0x13), 0xfe);
    EXPECT_EQ(gf256_multiply(0x53, 0xca), 0x01);
}

// 3 of 5 shares of 00 01 .. 1f, made by pyshamir 1.1.0 (the scheme of HashiCorp Vault).
TEST(Shamir, recovers_what_another_implementation_split) {
    std::vector<Share> shares;
    shares.push_back(share_of(13, "8abeb2a876d0f0b33a4e7154f90fcb8ccf81ced9eae5aa424fb598d3ba2736f3"));
    shares.push_back(share_of(28, "f2ff929ff29bd85afd1a4ac13913d39c1043e674d835459fb85e5a7914c57ef2"));
    shares.push_back(share_of(235, "0787bb50657587dede370de3b5608db4b2408af49aad43a3109a94748ebfce07"));
    EXPECT_TRUE(recover(shares, 3).value() ==
                secret_from_hex("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"));
}

TEST(Shamir, any_threshold_of_shares_recovers) {
    SeededRandom random = random_from(5);
    const Secret32 secret = secret_of(0x5c);
    for (const std::size_t count : {1, 2, 5, 100, 255}) {
        for (const std::size_t threshold : {std::size_t{1}, (count + 1) / 2, count}) {
            const std::vector<Share> shares = split(secret, threshold, count, random);
            std::vector<Share> first, last;
            for (std::size_t i = 0; i < threshold; ++i) {
                first.push_back(copy_of(shares[i]));
                last.push_back(copy_of(shares[count - 1 - i]));
            }
            EXPECT_TRUE(recover(first, threshold).value() == secret) << threshold << " of " << count;
            EXPECT_TRUE(recover(last, threshold).value() == secret) << threshold << " of " << count;
        }
    }
}

TEST(Shamir, one_share_fewer_is_refused) {
    SeededRandom random = random_from(6);
    const std::vector<Share> shares = split(secret_of(1), 4, 6, random);
    const auto refused = recover(std::span(shares).first(3), 4);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), ErrorCode::kUnavailable);
}

// With two of three shares fixed, each value of a third completes them to another secret: all are possible.
TEST(Shamir, one_share_fewer_fits_every_secret) {
    SeededRandom random = random_from(7);
    const std::vector<Share> shares = split(secret_of(0x77), 3, 3, random);
    std::array<bool, 256> possible{};
    for (int guess = 0; guess < 256; ++guess) {
        std::vector<Share> completed;
        completed.push_back(copy_of(shares[0]));
        completed.push_back(copy_of(shares[1]));
        completed.push_back({3, secret_of(static_cast<std::uint8_t>(guess))});
        possible[recover(completed, 3).value().bytes()[0]] = true;
    }
    EXPECT_EQ(std::count(possible.begin(), possible.end(), true), 256);
}

TEST(Shamir, refuses_a_position_given_twice_or_zero) {
    SeededRandom random = random_from(8);
    std::vector<Share> shares = split(secret_of(1), 2, 3, random);
    shares[2].position = 1;
    EXPECT_EQ(recover(shares, 2).error().code(), ErrorCode::kMalformedInput);
    shares[2].position = 0;
    EXPECT_EQ(recover(shares, 2).error().code(), ErrorCode::kMalformedInput);
}

}  // namespace
}  // namespace huizhen::secagg
