// The fuzzer's entry in ordinary ctest: over its corpus, and over ten thousand spoilt versions of it.

#include "corpus.h"
#include "rpc_entry.h"

namespace huizhen::fuzz {
namespace {

TEST(RpcFuzz, corpus_replays_whole_and_cut) {
    const auto files = read_corpus(RPC_CORPUS);
    ASSERT_EQ(files.size(), 6u);
    for (const auto& file : files) {
        EXPECT_TRUE(read_rpc(file));
        // One message around another: cut anywhere, the outer one is shorter than it says.
        for (std::size_t length = 0; length < file.size(); ++length) {
            EXPECT_FALSE(read_rpc(std::span(file).first(length))) << length;
        }
    }
}

TEST(RpcFuzz, ten_thousand_spoilt_messages_are_survived) {
    std::mt19937 random(1);
    const auto files = read_corpus(RPC_CORPUS);
    int refused = 0;
    for (int trial = 0; trial < 10'000; ++trial) {
        const auto bytes = spoilt(files[random() % files.size()], random);
        ASSERT_NO_THROW(refused += !read_rpc(bytes)) << trial;
    }
    EXPECT_GT(refused, 5'000);  // in the others a number or a text became another
}

}  // namespace
}  // namespace huizhen::fuzz
