// The fuzzer's entry in ordinary ctest: over its corpus, and over ten thousand spoilt versions of it. The
// corpus are the messages of one small round, each behind the byte that says what it is.

#include <fstream>
#include <iterator>
#include <random>

#include <huizhen/base/file.h>

#include "corpus.h"
#include "secure_aggregation_entry.h"

namespace huizhen::fuzz {
namespace {

TEST(SecureAggregationFuzz, corpus_replays_whole_and_cut) {
    const auto files = read_corpus(SECURE_AGGREGATION_CORPUS);
    ASSERT_EQ(files.size(), 9u);
    for (const auto& file : files) {
        EXPECT_TRUE(read_secure_aggregation(file));
        for (std::size_t length = 0; length < file.size(); ++length) {
            EXPECT_FALSE(read_secure_aggregation(std::span(file).first(length)));
        }
    }
}

TEST(SecureAggregationFuzz, ten_thousand_spoilt_messages_are_survived) {
    std::mt19937 random(1);
    const auto files = read_corpus(SECURE_AGGREGATION_CORPUS);
    int refused = 0;
    for (int trial = 0; trial < 10'000; ++trial) {
        std::vector<std::uint8_t> bytes = files[random() % files.size()];
        for (unsigned i = 0, edits = 1 + random() % 4; i < edits && bytes.size() > 1; ++i) {
            const std::size_t at = 1 + random() % (bytes.size() - 1);
            switch (random() % 4) {
                case 0: bytes[at] = static_cast<std::uint8_t>(random()); break;
                case 1: bytes.erase(bytes.begin() + at); break;
                case 2: bytes.insert(bytes.begin() + at, static_cast<std::uint8_t>(random())); break;
                default: std::fill_n(bytes.begin() + at, std::min<std::size_t>(4, bytes.size() - at), 0xFF);
            }
        }
        ASSERT_NO_THROW(refused += !read_secure_aggregation(bytes)) << trial;
    }
    EXPECT_GT(refused, 5'000);  // the others changed a key, a share or a signature, which only meaning tells
}

}  // namespace
}  // namespace huizhen::fuzz
