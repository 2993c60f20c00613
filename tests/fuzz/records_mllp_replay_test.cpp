// The fuzzer's entry in ordinary ctest: over its corpus, cut anywhere, and over ten thousand spoilt versions
// of it.

#include <gtest/gtest.h>

#include "corpus.h"
#include "records_mllp_entry.h"

namespace huizhen::fuzz {
namespace {

TEST(RecordsMllpFuzz, corpus_replays_whole_and_cut) {
    const auto files = read_corpus(RECORDS_MLLP_CORPUS);
    ASSERT_EQ(files.size(), 2u);
    for (const auto& file : files) {
        EXPECT_TRUE(read_records_mllp(file));
        for (std::size_t length = 0; length < file.size(); ++length)
            EXPECT_NO_THROW(read_records_mllp(std::span(file).first(length))) << length;
    }
}

TEST(RecordsMllpFuzz, ten_thousand_spoilt_files_are_read_or_refused) {
    std::mt19937 random(1);
    const auto files = read_corpus(RECORDS_MLLP_CORPUS);
    for (int trial = 0; trial < 10'000; ++trial) {
        const auto bytes = spoilt(files[random() % files.size()], random);
        ASSERT_NO_THROW(read_records_mllp(bytes)) << trial;
    }
}

}  // namespace
}  // namespace huizhen::fuzz
