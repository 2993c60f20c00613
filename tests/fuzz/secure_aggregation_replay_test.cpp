// The fuzzer's entry in ordinary ctest: over its corpus, and over ten thousand spoilt versions of it. The
// corpus are the messages of one small round, each behind the byte that says what it is.

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
        const auto bytes = spoilt(files[random() % files.size()], random);
        ASSERT_NO_THROW(refused += !read_secure_aggregation(bytes)) << trial;
    }
    EXPECT_GT(refused, 5'000);  // the others changed a key, a share or a signature, which only meaning tells
}

}  // namespace
}  // namespace huizhen::fuzz
