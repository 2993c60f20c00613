// The fuzzer's entry in ordinary ctest: over its corpus, and over ten thousand spoilt versions of it. The
// corpus is a message of every step and an entry of every journal of one small round, behind the byte that
// says what.

#include <random>

#include <gtest/gtest.h>

#include "corpus.h"
#include "rounds_entry.h"

namespace huizhen::fuzz {
namespace {

TEST(RoundsFuzz, corpus_replays_whole_and_cut) {
    const auto files = read_corpus(ROUNDS_CORPUS);
    ASSERT_GE(files.size(), 22u);
    for (const auto& file : files) {
        EXPECT_TRUE(read_rounds(file)) << int{file[0]};
        for (std::size_t length = 0; length < file.size(); ++length) {
            ASSERT_NO_THROW(read_rounds(std::span(file).first(length)));
        }
    }
}

TEST(RoundsFuzz, ten_thousand_spoilt_messages_are_survived) {
    std::mt19937 random(1);
    const auto files = read_corpus(ROUNDS_CORPUS);
    int refused = 0;
    for (int trial = 0; trial < 10'000; ++trial) {
        std::vector<std::uint8_t> bytes = files[random() % files.size()];
        for (unsigned i = 0, edits = 1 + random() % 4; i < edits && bytes.size() > 1; ++i) {
            const std::size_t at = 1 + random() % (bytes.size() - 1);
            switch (random() % 5) {
                case 0: bytes[at] = static_cast<std::uint8_t>(random()); break;
                case 1: bytes.erase(bytes.begin() + at); break;
                case 2: bytes.insert(bytes.begin() + at, static_cast<std::uint8_t>(random())); break;
                case 3: bytes[0] = static_cast<std::uint8_t>(random() % 24); break;
                default: std::fill_n(bytes.begin() + at, std::min<std::size_t>(4, bytes.size() - at), 0xFF);
            }
        }
        ASSERT_NO_THROW(refused += !read_rounds(bytes)) << trial;
    }
    EXPECT_GT(refused, 3'000);  // the others changed bytes that only secure aggregation can judge
}

}  // namespace
}  // namespace huizhen::fuzz
