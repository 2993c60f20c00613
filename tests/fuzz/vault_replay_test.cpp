// The fuzzer's entry in ordinary ctest: over its corpus, and over ten thousand spoilt versions of it. The
// corpus was sealed under the entry's fixed keys, so it also says that today's program opens yesterday's
// files.

#include <huizhen/base/file.h>

#include "corpus.h"
#include "vault_entry.h"

namespace huizhen::fuzz {
namespace {

TEST(VaultFuzz, corpus_replays_whole_and_cut) {
    const auto files = read_corpus(VAULT_CORPUS);
    ASSERT_EQ(files.size(), 4u);
    for (const auto& file : files) {
        EXPECT_TRUE(read_vault(file));
        for (std::size_t length = 0; length<file.size(); length += file.size()> 4096 ? 61 : 1) {
            EXPECT_FALSE(read_vault(std::span(file).first(length)));
        }
    }
}

TEST(VaultFuzz, ten_thousand_spoilt_files_are_refused) {
    std::mt19937 random(1);
    const auto files = read_corpus(VAULT_CORPUS);
    for (int trial = 0; trial < 10'000; ++trial) {
        const auto& whole = files[random() % files.size()];
        const auto bytes = spoilt(whole, random);
        bool opened = false;
        ASSERT_NO_THROW(opened = read_vault(bytes)) << trial;
        EXPECT_EQ(opened, bytes == whole) << trial;  // nothing but what was sealed
    }
}

}  // namespace
}  // namespace huizhen::fuzz
