#include <random>

#include "learning_fixture.h"

namespace huizhen::learning {
namespace {

TEST(CaseSet, comes_back_as_it_was_written) {
    for (CaseSet set : {made_up_crops(3), made_up_reports(4), CaseSet{"ct-crops/1", {}}}) {
        const auto bytes = encode(set);
        ASSERT_TRUE(bytes);
        const auto back = decode_case_set(*bytes);
        ASSERT_TRUE(back) << back.error().to_string();
        EXPECT_EQ(back->task, set.task);
        EXPECT_EQ(back->cases.size(), set.cases.size());
        EXPECT_EQ(*encode(*back), *bytes);
    }
}

TEST(CaseSet, keeps_the_later_of_two_cases_with_one_id) {
    CaseSet set = made_up_crops(2);
    Case corrected = set.cases[1];
    corrected.labels = {1 - corrected.labels[0]};
    set.cases.push_back(corrected);
    const std::size_t before = set.cases.size() - 1;
    put_in_order(set);
    EXPECT_EQ(set.cases.size(), before);
    EXPECT_EQ(set.cases[1].labels, corrected.labels);
}

TEST(CaseSet, counts_patients_and_what_is_known_of_them) {
    const CaseCounts crops = count_cases(made_up_crops(10), 1);
    EXPECT_EQ(crops.cases, 20U);
    EXPECT_EQ(crops.patients, 10U);
    EXPECT_EQ(crops.held_out_cases, 4U);
    EXPECT_EQ(crops.held_out_patients, 2U);
    EXPECT_EQ(crops.known[0], 20U);
    const CaseCounts reports = count_cases(made_up_reports(10), 3);
    EXPECT_EQ(reports.known[2], 0U);
    EXPECT_EQ(reports.positives[2], 0U);
}

TEST(CaseSet, refuses_every_truncation_and_what_follows_the_end) {
    auto bytes = *encode(made_up_reports(2));
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        const auto cut = decode_case_set(std::span(bytes).first(size));
        ASSERT_FALSE(cut) << size;
        EXPECT_EQ(cut.error().code(), ErrorCode::kMalformedInput);
    }
    bytes.push_back(0);
    EXPECT_EQ(decode_case_set(bytes).error().code(), ErrorCode::kMalformedInput);
}

TEST(CaseSet, survives_every_flipped_byte) {
    const auto whole = *encode(made_up_reports(2));
    for (std::size_t at = 0; at < whole.size(); ++at) {
        auto damaged = whole;
        damaged[at] ^= 0xff;
        const auto set = decode_case_set(damaged);
        EXPECT_TRUE(!set || encode(*set));
    }
}

// What opens is whole: it can be written again.
TEST(CaseSet, survives_ten_thousand_spoilt_versions) {
    std::mt19937 random(1);
    const auto whole = *encode(made_up_reports(5));
    int refused = 0;
    for (int trial = 0; trial < 10'000; ++trial) {
        auto bytes = whole;
        for (unsigned edits = 1 + random() % 4; edits > 0; --edits) {
            const auto at = bytes.begin() + static_cast<std::ptrdiff_t>(random() % bytes.size());
            switch (random() % 3) {
                case 0: *at = static_cast<std::uint8_t>(random()); break;
                case 1: bytes.erase(at); break;
                default: bytes.insert(at, static_cast<std::uint8_t>(random()));
            }
        }
        const auto set = decode_case_set(bytes);
        ASSERT_TRUE(!set || encode(*set)) << trial;
        refused += set ? 0 : 1;
    }
    EXPECT_GT(refused, 5'000);
}

TEST(CaseSet, refuses_a_newer_version_and_endless_counts) {
    auto bytes = *encode(CaseSet{"t", {}});
    auto newer = bytes;
    newer[7] = 2;
    EXPECT_EQ(decode_case_set(newer).error().code(), ErrorCode::kUnsupported);
    bytes.back() = 0xff;  // the highest byte of the count
    EXPECT_EQ(decode_case_set(bytes).error().code(), ErrorCode::kLimitExceeded);
}

}  // namespace
}  // namespace huizhen::learning
