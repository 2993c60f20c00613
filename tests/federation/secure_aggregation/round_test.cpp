#include <random>

#include "federation.h"

namespace huizhen::secagg {
namespace {

constexpr std::size_t kWords = 1003;  // the last AES block of a mask is cut

// `dropped` sites fall silent before the given phase, spread over the roster.
std::set<std::size_t> some(std::size_t dropped, std::size_t sites) {
    std::set<std::size_t> chosen;
    for (std::size_t i = 0; chosen.size() < dropped; ++i) chosen.insert((3 * i + 1) % sites);
    return chosen;
}

struct PhaseOfSilence {
    const char* name;
    std::set<std::size_t> Silence::*phase;
};

constexpr PhaseOfSilence kPhases[] = {{"shares", &Silence::shares},
                                      {"upload", &Silence::upload},
                                      {"agreement", &Silence::agreement},
                                      {"unmasking", &Silence::unmasking}};

// Seven sites with nobody corrupt need four, so that three, t - 1, may fall silent.
TEST(Round, the_sum_is_exact_with_up_to_t_minus_1_dropouts_in_every_phase) {
    for (const PhaseOfSilence& phase : kPhases) {
        for (std::size_t dropped = 0; dropped <= 3; ++dropped) {
            Silence silence;
            silence.*phase.phase = some(dropped, 7);
            Federation federation(7, terms_of(kWords), silence);
            const auto outcome = federation.run();
            ASSERT_TRUE(outcome) << phase.name << dropped << outcome.error().to_string();
            EXPECT_EQ(outcome->sum, federation.expected_sum()) << phase.name << dropped;
        }
    }
}

TEST(Round, the_sum_is_exact_when_dropouts_fall_in_different_phases) {
    std::mt19937 generator(5);
    for (int trial = 0; trial < 60; ++trial) {
        Silence silence;
        std::set<std::size_t> gone;
        while (gone.size() < 3) {
            const std::size_t site = generator() % 7;
            if (gone.insert(site).second) (silence.*kPhases[generator() % 4].phase).insert(site);
        }
        Federation federation(7, terms_of(kWords), silence);
        const auto outcome = federation.run();
        ASSERT_TRUE(outcome) << trial << outcome.error().to_string();
        EXPECT_EQ(outcome->sum, federation.expected_sum()) << trial;
    }
}

TEST(Round, names_who_was_left_out_and_where) {
    Federation federation(7, terms_of(kWords), {.keys = {}, .shares = {2}, .upload = {5}, .agreement = {1}});
    const auto outcome = federation.run();
    ASSERT_TRUE(outcome);
    ASSERT_EQ(outcome->left_out.size(), 2u);
    EXPECT_EQ(outcome->left_out[0].site, site_id(2));
    EXPECT_EQ(outcome->left_out[0].phase, LeftAt::kShares);
    EXPECT_EQ(outcome->left_out[1].site, site_id(5));
    EXPECT_EQ(outcome->left_out[1].phase, LeftAt::kUpload);
    EXPECT_EQ(outcome->included.size(), 5u);
    EXPECT_EQ(outcome->included[1], site_id(1));
}

TEST(Round, one_site_fewer_than_t_ends_it_cleanly_in_every_phase) {
    for (const PhaseOfSilence& phase : kPhases) {
        Silence silence;
        silence.*phase.phase = some(4, 7);
        const auto outcome = Federation(7, terms_of(kWords), silence).run();
        ASSERT_FALSE(outcome) << phase.name;
        EXPECT_TRUE(is_refusal(outcome.error(), Refusal::kFewerThanThreshold)) << outcome.error().to_string();
        EXPECT_EQ(outcome.error().code(), ErrorCode::kUnavailable);
    }
}

TEST(Round, late_answers_still_complete_it) {
    Federation federation(7, terms_of(kWords), {.unmasking = {0, 1, 2, 3}});
    ASSERT_FALSE(federation.run());
    ASSERT_TRUE(federation.collect_unmasking->accept(federation.unmaskings[2]));
    EXPECT_EQ(federation.collect_unmasking->finish(federation.executor).value().sum,
              federation.expected_sum());
}

TEST(Round, with_corrupt_sites_assumed_more_must_stay) {
    Federation enough(9, terms_of(kWords, 23), {.upload = {3, 4, 8}});
    EXPECT_EQ(enough.run().value().sum, enough.expected_sum());
    EXPECT_FALSE(Federation(9, terms_of(kWords, 23), {.upload = {3, 4, 7, 8}}).run());
}

TEST(Round, the_same_seeds_give_the_same_messages) {
    Federation first(5, terms_of(kWords)), second(5, terms_of(kWords));
    ASSERT_TRUE(first.run());
    ASSERT_TRUE(second.run());
    EXPECT_EQ(first.shares, second.shares);
    EXPECT_EQ(first.uploads[3].words, second.uploads[3].words);
    EXPECT_EQ(first.unmaskings, second.unmaskings);
}

// Everything is different in the next round, though the sites and their words are the same.
TEST(Round, keys_are_fresh_every_round) {
    Enrolled enrolled(1);
    const auto first = advertise_keys(terms_of(kWords), {}, enrolled.identity(0));
    const auto second = advertise_keys(terms_of(kWords), {}, enrolled.identity(0));
    EXPECT_NE(first->message, second->message);
}

TEST(Round, says_who_is_awaited) {
    Federation federation(4, terms_of(kWords), {.unmasking = {2}});
    ASSERT_TRUE(federation.run());
    Federation waiting(4, terms_of(kWords), {.agreement = {2, 3}});
    ASSERT_FALSE(waiting.run());
    EXPECT_EQ(waiting.collect_agreement->answered(), (std::vector{site_id(0), site_id(1)}));
    EXPECT_EQ(waiting.collect_agreement->awaited(), (std::vector{site_id(2), site_id(3)}));
}

TEST(Round, above_a_hundred_sites_the_graph_is_sparse_and_the_sum_exact) {
    Terms terms = terms_of(65, 10);
    terms.dropout_percent = 10;
    Silence silence;
    for (std::size_t i = 0; i < 15; ++i) silence.upload.insert(i * 7 % 105);
    silence.shares = {9, 80};
    silence.agreement = {10, 33};
    silence.unmasking = {11, 101};
    Federation federation(105, terms, silence);
    const auto outcome = federation.run();
    ASSERT_TRUE(outcome) << outcome.error().to_string();
    EXPECT_EQ(outcome->sum, federation.expected_sum());
    EXPECT_LT(federation.shares[0].size(), 104 * 92u);  // sealed for its neighbours only
}

}  // namespace
}  // namespace huizhen::secagg
