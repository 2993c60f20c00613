#pragma once

// A text as a sparse vector of hashed words, pairs of words and pieces of words (Weinberger et al., ICML
// 2009): no vocabulary is learned, so none can tell what a hospital's reports say. Words are runs of ASCII
// letters and digits, in lower case; of other scripts every character is a word. Pieces of words stand by for
// what optical character recognition misread.

#include <cstdint>
#include <string_view>
#include <vector>

namespace huizhen::learning {

struct TextFeature {
    std::uint32_t bucket;
    float value;
};

// Buckets ascending, each once; the squares of the values add up to 1. Empty for a text without words.
std::vector<TextFeature> text_features(std::string_view text, std::uint32_t buckets);

}  // namespace huizhen::learning
