// The fuzzer's entry in ordinary ctest: over its corpus, and over spoilt versions of it.

#include "corpus.h"
#include "dicom_network_entry.h"

namespace huizhen::fuzz {
namespace {

TEST(DicomNetworkFuzz, corpus_replays_whole_and_cut) {
    const auto files = read_corpus(DICOM_NETWORK_CORPUS);
    ASSERT_EQ(files.size(), 4u);
    for (const auto& file : files) {
        EXPECT_TRUE(serve_dicom_peer(file));
        // The release at the end is what makes it a good one.
        for (std::size_t length = 0; length < file.size(); length += 7)
            EXPECT_FALSE(serve_dicom_peer(std::span(file).first(length))) << length;
    }
}

TEST(DicomNetworkFuzz, ten_thousand_spoilt_conversations_are_survived) {
    std::mt19937 random(1);
    const auto files = read_corpus(DICOM_NETWORK_CORPUS);
    int broken = 0;
    for (int trial = 0; trial < 10'000; ++trial) {
        const auto bytes = spoilt(files[random() % files.size()], random);
        ASSERT_NO_THROW(broken += !serve_dicom_peer(bytes)) << trial;
    }
    EXPECT_GT(broken, 1'000);
}

}  // namespace
}  // namespace huizhen::fuzz
