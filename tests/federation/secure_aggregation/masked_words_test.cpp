// Coming back with masked words that are stored, and taking an upload out again.

#include "federation.h"

namespace huizhen::secagg {
namespace {

constexpr std::size_t kWords = 1003;

// What site 0 has masked when everybody is there, and its phases before and after.
struct AtUpload {
    Federation federation{4, terms_of(kWords)};
    std::vector<std::uint32_t> words = words_of(0, kWords);

    MaskUpload ready() {
        EXPECT_TRUE(federation.run_keys());
        EXPECT_TRUE(federation.run_shares());
        return federation.await_shares.at(0).receive(federation.deliveries[site_id(0)]).value();
    }
};

TEST(MaskedWords, a_stored_digest_gives_the_message_that_masking_gave) {
    AtUpload first, again;
    MaskUpload live = first.ready();
    const auto step = live.mask(first.words, first.federation.executor);
    ASSERT_TRUE(step);
    MaskUpload replayed = again.ready();
    const auto later = replayed.already_masked(sha256(std::as_bytes(std::span(first.words))));
    EXPECT_EQ(later.message, step->message);
}

TEST(MaskedWords, masking_in_place_changes_nothing_else_and_repeats) {
    AtUpload at;
    const MaskUpload ready = at.ready();
    auto twice = at.words;
    const auto digest = ready.mask_in_place(at.words, at.federation.executor);
    ASSERT_TRUE(digest);
    EXPECT_EQ(*digest, sha256(std::as_bytes(std::span(at.words))));
    EXPECT_EQ(ready.mask_in_place(twice, at.federation.executor).value(), *digest);
    EXPECT_EQ(twice, at.words);
    EXPECT_EQ(ready.shape().sites, 4u);
    std::vector<std::uint32_t> wrong(kWords - 1);
    EXPECT_TRUE(
        is_refusal(ready.mask_in_place(wrong, at.federation.executor).error(), Refusal::kWrongLength));
}

TEST(MaskedWords, a_round_ends_exactly_with_a_site_that_came_back) {
    AtUpload at;
    Federation& federation = at.federation;
    MaskUpload ready = at.ready();
    const Sha256Digest digest = ready.mask_in_place(at.words, federation.executor).value();
    auto step = ready.already_masked(digest);
    // The other sites go the ordinary way; site 0's own upload is the one above.
    federation.await_shares.erase(0);
    ASSERT_TRUE(federation.collect_uploads->accept(step.message, at.words));
    federation.await_survivors.emplace(0, std::move(step.next));
    ASSERT_TRUE(federation.run_uploads());
    ASSERT_TRUE(federation.run_agreement());
    ASSERT_TRUE(federation.run_unmasking());
    EXPECT_EQ(federation.collect_unmasking->finish(federation.executor)->sum, federation.expected_sum());
}

TEST(MaskedWords, words_that_are_said_to_be_used_are_not_read_again) {
    constexpr std::size_t kMany = (2 << 20) + 5;  // several parts, the last one short
    Federation federation(3, terms_of(kMany));
    ASSERT_TRUE(federation.run_keys());
    ASSERT_TRUE(federation.run_shares());
    auto ready = federation.await_shares.at(0).receive(federation.deliveries[site_id(0)]);
    auto words = words_of(0, kMany);
    auto step = ready->mask(words, federation.executor);
    const Sha256Digest digest = sha256(std::as_bytes(std::span(words)));
    std::size_t used = 0;
    ASSERT_TRUE(federation.collect_uploads->accept(
        step->message, words, digest, [&](std::span<const std::uint32_t> part) {
            EXPECT_EQ(part.data(), words.data() + used);
            std::fill_n(words.begin() + static_cast<std::ptrdiff_t>(used), part.size(), 0xDEADU);
            used += part.size();
        }));
    EXPECT_EQ(used, kMany);
    federation.await_shares.erase(0);
    federation.await_survivors.emplace(0, std::move(step->next));
    ASSERT_TRUE(federation.run_uploads());
    ASSERT_TRUE(federation.run_agreement());
    ASSERT_TRUE(federation.run_unmasking());
    EXPECT_EQ(federation.collect_unmasking->finish(federation.executor)->sum, federation.expected_sum());
}

TEST(MaskedWords, an_upload_that_is_withdrawn_counts_as_dropped) {
    Federation federation(4, terms_of(kWords));
    ASSERT_TRUE(federation.run_keys());
    ASSERT_TRUE(federation.run_shares());
    auto ready = federation.await_shares.at(3).receive(federation.deliveries[site_id(3)]);
    auto words = words_of(3, kWords);
    const auto step = ready->mask(words, federation.executor);
    const auto before = federation.collect_uploads->withdraw(site_id(3), words);
    EXPECT_TRUE(is_refusal(before.error(), Refusal::kUnknownSite));
    ASSERT_TRUE(federation.collect_uploads->accept(step->message, words));
    ASSERT_TRUE(federation.collect_uploads->withdraw(site_id(3), words));
    federation.await_shares.erase(3);
    ASSERT_TRUE(federation.run_uploads());
    ASSERT_TRUE(federation.run_agreement());
    ASSERT_TRUE(federation.run_unmasking());
    const auto outcome = federation.collect_unmasking->finish(federation.executor);
    ASSERT_TRUE(outcome);
    auto expected = federation.expected_sum();
    const auto withdrawn = words_of(3, kWords);
    for (std::size_t i = 0; i < kWords; ++i) expected[i] -= withdrawn[i];
    EXPECT_EQ(outcome->sum, expected);
    ASSERT_EQ(outcome->left_out.size(), 1u);
    EXPECT_EQ(outcome->left_out[0].site, site_id(3));
}

TEST(MaskedWords, a_message_says_who_it_is_from) {
    Federation federation(3, terms_of(kWords));
    ASSERT_TRUE(federation.run_keys());
    EXPECT_EQ(sender_of(federation.keys.at(1)).value(), site_id(1));
    EXPECT_TRUE(is_refusal(sender_of(federation.roster).error(), Refusal::kMalformed));
    EXPECT_TRUE(
        is_refusal(sender_of(BytesView(federation.keys.at(1)).first(30)).error(), Refusal::kTruncated));
}

}  // namespace
}  // namespace huizhen::secagg
