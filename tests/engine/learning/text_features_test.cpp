#include "text_features.h"

#include <cmath>
#include <map>
#include <string>

#include <gtest/gtest.h>

namespace huizhen::learning {
namespace {

double likeness(std::string_view a, std::string_view b) {
    std::map<std::uint32_t, double> first;
    for (const auto& feature : text_features(a, 8192)) first[feature.bucket] = feature.value;
    double sum = 0;
    for (const auto& feature : text_features(b, 8192)) sum += first[feature.bucket] * feature.value;
    return sum;
}

TEST(TextFeatures, have_length_one_and_ascend) {
    const auto features = text_features("Tumour 4.5 cm, pT2 pN0. Tumour free margin.", 8192);
    double squares = 0;
    for (std::size_t k = 0; k < features.size(); ++k) {
        EXPECT_TRUE(k == 0 || features[k - 1].bucket < features[k].bucket);
        squares += static_cast<double>(features[k].value) * features[k].value;
    }
    EXPECT_NEAR(squares, 1, 1e-5);
}

TEST(TextFeatures, see_words_not_case_or_punctuation) {
    EXPECT_NEAR(likeness("Nodes: NEGATIVE, margins free", "nodes negative margins   free."), 1, 1e-5);
}

TEST(TextFeatures, find_misread_words_alike) {
    EXPECT_GT(likeness("adenocarcinoma", "adenocarcinorna"), likeness("adenocarcinoma", "squamous"));
    EXPECT_GT(likeness("adenocarcinoma", "adenocarcinorna"), 0.1);
}

TEST(TextFeatures, take_every_chinese_character_for_a_word) {
    EXPECT_GT(likeness("右肺上叶腺癌", "左肺上叶腺癌"), 0.5);
    EXPECT_FALSE(text_features("腺癌", 8192).empty());
}

TEST(TextFeatures, of_nothing_are_none_and_of_broken_utf8_no_harm) {
    EXPECT_TRUE(text_features("", 8192).empty());
    EXPECT_TRUE(text_features(" .,;- ", 8192).empty());
    EXPECT_FALSE(text_features("\xe8\x82", 8192).empty());
    EXPECT_FALSE(text_features("\xff\xff\xf0", 8192).empty());
    EXPECT_FALSE(text_features(std::string(100'000, 'x'), 8192).empty());
}

}  // namespace
}  // namespace huizhen::learning
