// The fuzzer's entry in ordinary ctest: over its corpus, the records of one short history, and over ten
// thousand spoilt versions of it.

#include "corpus.h"
#include "lineage_entry.h"

namespace huizhen::fuzz {
namespace {

TEST(LineageFuzz, corpus_replays_whole_and_cut) {
    const auto files = read_corpus(LINEAGE_CORPUS);
    ASSERT_EQ(files.size(), 8u);
    for (const auto& file : files) {
        EXPECT_TRUE(read_lineage(file));
        for (std::size_t length = 0; length < file.size(); ++length) {
            EXPECT_FALSE(read_lineage(std::span(file).first(length)));
        }
    }
}

TEST(LineageFuzz, ten_thousand_spoilt_records_are_survived) {
    std::mt19937 random(1);
    const auto files = read_corpus(LINEAGE_CORPUS);
    int refused = 0;
    for (int trial = 0; trial < 10'000; ++trial) {
        const auto bytes = spoilt(files[random() % files.size()], random);
        ASSERT_NO_THROW(refused += !read_lineage(bytes)) << trial;
    }
    EXPECT_GT(refused, 5'000);
}

}  // namespace
}  // namespace huizhen::fuzz
