#include <limits>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <huizhen/node/commands/evaluate.h>

namespace huizhen::node {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

// Two scores and a formula nobody can compute; a size band without any pair.
Evaluation sample() {
    Evaluation e;
    e.nodules = 20;
    e.patients = 12;
    e.malignant = 5;
    ScoreFigures model{"CT model", {0.9, 0.8, 0.95}, {0.8, 0.7, 0.9}, {0.7, 0.6, 0.8}, {}, {0.75, 0.5, 0.9}};
    model.bands.fill({0.8, 0.7, 0.9});
    model.bands[2] = {kNaN, kNaN, kNaN};
    ScoreFigures diameter = model;
    diameter.score = "readers' diameter";
    e.scores = {model, diameter};
    e.differences = {{"its measurements alone", {0.01, -0.01, 0.03}, {0.0, 0.0, 0.0}, {0.0, 0.0, 0.0}}};
    e.calibration = {"platt", true, 0.2, 0.02, 0.15, 0.1, 0.9, kNaN, 0.1, 0.0, 0.1};
    e.attributes = {{"margin", 0.7, 0.4, 0.35}};
    e.formulas = {{"Brock (PanCan), full with spiculation", 0, {"age", "sex"}, std::nullopt}};
    return e;
}

std::string table(const Evaluation& e) {
    std::ostringstream out;
    write_table(e, out);
    return out.str();
}

TEST(EvaluationReport, sets_diameter_beside_the_model_and_says_what_a_formula_lacks) {
    const std::string text = table(sample());
    EXPECT_THAT(text, ::testing::HasSubstr("20 nodules of 12 patients, 5 malignant by readers"));
    EXPECT_THAT(text, ::testing::HasSubstr("readers' diameter  "));
    EXPECT_THAT(text, ::testing::HasSubstr("model minus its measurements alone  "));
    EXPECT_THAT(text, ::testing::HasSubstr("full with spiculation computed for 0 of 20; needs age, sex"));
    EXPECT_THAT(text, ::testing::HasSubstr("0.900 (0.800 to 0.950)"));
    EXPECT_THAT(text, ::testing::Not(::testing::HasSubstr(" nan")));
}

TEST(EvaluationReport, is_complete_as_json_with_null_for_what_cannot_be_had) {
    Evaluation e = sample();
    e.nodule_or_not = NoduleFigures{100, 20, {0.95, 0.9, 0.97}, 0.9, 0.01, true};
    const auto json = nlohmann::json::parse(to_json(e));
    EXPECT_EQ(json["format"], 1);
    const auto& model = json["malignancy"]["scores"][0];
    EXPECT_EQ(model["auc"]["estimate"], 0.9);
    EXPECT_EQ(model["auc_by_band"].size(), 3U);
    EXPECT_TRUE(model["auc_by_band"][2]["estimate"].is_null());
    EXPECT_TRUE(json["malignancy"]["formulas"][0]["figures"].is_null());
    EXPECT_TRUE(json["calibration"]["coverage_malignant"].is_null());
    EXPECT_EQ(json["attributes"][0]["readers_same_cases"], 0.35);
    EXPECT_EQ(json["nodule_or_not"]["auc"]["high"], 0.97);
    EXPECT_FALSE(nlohmann::json::parse(to_json(sample())).contains("nodule_or_not"));
}

}  // namespace
}  // namespace huizhen::node
