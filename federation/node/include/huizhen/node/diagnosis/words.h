#pragma once

// The same words for a finding everywhere: terminal, pictures.

#include <string>

#include <huizhen/node/diagnosis/finding.h>

namespace huizhen::node {

std::string fixed(double value, int decimals);

std::string place_words(const Place& place);        // "right lung, perhaps upper lobe (by position)"
std::string short_place_words(const Place& place);  // "right upper lobe", with a "?" where it is not sure
std::string size_words(const Finding& finding);  // "15.5 mm (17.2 x 13.8 mm), 1480 mm3, solid, mean -12 HU"
std::string malignancy_words(const Malignancy& malignancy);  // "0.83 (90 % interval 0.71-0.91)"
std::string label_set_words(const Malignancy& malignancy);  // "neither benign nor malignant can be ruled out"

// "spiculation 3.4/5", ... in the order of engine::kAttributes.
std::vector<std::string> attribute_words(const Finding& finding);

std::string formula_words(const clinical::FormulaResult& formula);
// One line for each rule, or the reason why there is none, then notes. What it does not know and what has not
// been confirmed is listed apart.
std::vector<std::string> guideline_words(const clinical::GuidelineResult& guideline);

std::string joined(const std::vector<std::string_view>& texts, std::string_view separator = ", ");

}  // namespace huizhen::node
