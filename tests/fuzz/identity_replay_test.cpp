// The fuzzer's entry in ordinary ctest: over its corpus, and over ten thousand spoilt versions of it.

#include "corpus.h"
#include "identity_entry.h"

namespace huizhen::fuzz {
namespace {

TEST(IdentityFuzz, corpus_replays_whole_and_cut) {
    const auto files = read_corpus(IDENTITY_CORPUS);
    ASSERT_EQ(files.size(), 8u);
    for (const auto& file : files) {
        EXPECT_TRUE(read_identity_input(file));
        for (std::size_t length = 0; length < file.size(); ++length) {
            // A chain of two that is cut behind the first is a chain of one; behind that, nothing.
            const bool chain = file.front() == 2 && length > file.size() / 4;
            if (chain) continue;
            EXPECT_FALSE(read_identity_input(std::span(file).first(length))) << length;
        }
    }
}

TEST(IdentityFuzz, ten_thousand_spoilt_inputs_are_survived) {
    std::mt19937 random(1);
    const auto files = read_corpus(IDENTITY_CORPUS);
    int refused = 0;
    for (int trial = 0; trial < 10'000; ++trial) {
        const auto bytes = spoilt(files[random() % files.size()], random);
        ASSERT_NO_THROW(refused += !read_identity_input(bytes)) << trial;
    }
    EXPECT_GT(refused, 7'000);  // a certificate whose signature alone is spoilt still reads
}

}  // namespace
}  // namespace huizhen::fuzz
