#include <cstdio>
#include <numeric>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <huizhen/backend_cpu/backend.h>
#include <huizhen/backend_reference/backend.h>
#include <huizhen/base/file.h>
#include <huizhen/model/ct_ensemble.h>
#include <huizhen/test_support/data.h>

namespace huizhen::engine {
namespace {

constexpr std::size_t kVoxels = std::size_t{32} * 32 * 32;

class CtEnsembleTest : public ::testing::Test {
  protected:
    // A member with random weights, its heads stirred so that the picture counts.
    void write_member(int number, const std::vector<std::string>& features = {"a", "b"},
                      CalibrationKind calibration = CalibrationKind::kPlatt) {
        ModelManifest manifest;
        manifest.architecture = kCtArchitecture;
        for (const auto& name : features) manifest.features.push_back({name, 1.0, 2.0});
        const CtNetworkShape shape{
            .features = static_cast<std::int64_t>(features.size()), .hidden = 8, .width = 8};
        manifest.shape = to_manifest(shape);
        manifest.calibration = {calibration, 0.5, 1, 0.1};
        manifest.conformal = {0.1, 0.6, 0.6};
        ParameterSet parameters(context_, static_cast<std::uint64_t>(number));
        const CtNetwork network(Scope(parameters, "ct"), shape);
        Tensor heads = parameters.find("ct.picture_heads.weight")->value;
        std::vector<float> stirred(static_cast<std::size_t>(heads.count()));
        Philox(static_cast<std::uint64_t>(number)).normal(stirred);
        heads.assign(stirred);
        ASSERT_TRUE(save_checkpoint(folder_.path() / ("ct-" + std::to_string(number) + ".safetensors"),
                                    named_tensors(parameters), to_metadata(manifest)));
    }

    static std::vector<float> ball(float radius) {
        std::vector<float> hu;
        for (std::size_t i = 0; i < kVoxels; ++i) {
            const auto x = static_cast<float>(i % 32) - 15.5F, y = static_cast<float>(i / 32 % 32) - 15.5F,
                       z = static_cast<float>(i / 1024) - 15.5F;
            hu.push_back(x * x + y * y + z * z < radius * radius ? 30.0F : -850.0F);
        }
        return hu;
    }

    testing::TemporaryFolder folder_;
    Executor executor_{2};
    Context context_{executor_, {cpu_backend(), reference_backend()}};
};

TEST_F(CtEnsembleTest, combines_its_members) {
    for (int k = 0; k < 3; ++k) write_member(k);
    const auto ensemble = CtEnsemble::load(folder_.path(), context_);
    ASSERT_TRUE(ensemble) << ensemble.error().to_string();
    const auto patch = ball(6);
    const std::vector<NamedValue> measurements{{"b", 3.0F}, {"unused", 0.0F}, {"a", -1.0F}};
    const auto all = ensemble->predict(CtInput{patch, measurements});
    ASSERT_TRUE(all) << all.error().to_string();
    ASSERT_EQ(all->member_logits.size(), 3U);
    const double mean = std::accumulate(all->member_logits.begin(), all->member_logits.end(), 0.0) / 3;
    EXPECT_NEAR(all->probability, sigmoid(mean), 1e-12);
    EXPECT_LT(all->interval.low, all->probability);
    EXPECT_GT(all->interval.high, all->probability);
    EXPECT_GT(all->readers_diameter_mm, 0);
    for (std::size_t k = 0; k < kAttributeCount; ++k) {
        EXPECT_GE(all->attributes[k].value, kAttributes[k].low);
        EXPECT_LE(all->attributes[k].value, kAttributes[k].high);
    }
    const CtInput input{patch, measurements};
    const auto one = ensemble->predict(std::span(&input, 1), {false, true, false});
    ASSERT_TRUE(one);
    EXPECT_NEAR(one->front().probability, sigmoid(all->member_logits[1]), 1e-12);
}

TEST_F(CtEnsembleTest, an_answer_does_not_depend_on_what_else_is_asked) {
    write_member(0);
    const auto ensemble = CtEnsemble::load(folder_.path(), context_);
    ASSERT_TRUE(ensemble);
    const std::vector<NamedValue> measurements{{"a", 0.5F}, {"b", 3.0F}};
    std::vector<std::vector<float>> patches;
    std::vector<CtInput> inputs;
    for (int k = 0; k < 19; ++k) patches.push_back(ball(static_cast<float>(k)));
    for (const auto& patch : patches) inputs.push_back({patch, measurements});
    const auto together = ensemble->predict(inputs);
    ASSERT_TRUE(together);
    for (const std::size_t k : {0U, 7U, 18U}) {
        EXPECT_NEAR(ensemble->predict(inputs[k])->probability, (*together)[k].probability, 1e-5) << k;
    }
    EXPECT_NE((*together)[2].probability, (*together)[10].probability);  // the picture counts
}

TEST_F(CtEnsembleTest, takes_an_unknown_measurement_as_the_mean_and_names_a_missing_one) {
    write_member(0);
    const auto ensemble = CtEnsemble::load(folder_.path(), context_);
    ASSERT_TRUE(ensemble);
    const auto patch = ball(6);
    const std::vector<NamedValue> unknown{{"a", std::nanf("")}, {"b", 3.0F}}, mean{{"a", 1.0F}, {"b", 3.0F}};
    EXPECT_EQ(ensemble->predict(CtInput{patch, unknown})->probability,
              ensemble->predict(CtInput{patch, mean})->probability);
    const auto missing = ensemble->predict(CtInput{patch, std::span(unknown).first(1)});
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error().code(), ErrorCode::kInvalidArgument);
    EXPECT_THAT(missing.error().message(), ::testing::HasSubstr("measurement b"));
}

TEST_F(CtEnsembleTest, refuses_folders_and_files_it_cannot_trust) {
    EXPECT_EQ(CtEnsemble::load(folder_.path(), context_).error().code(), ErrorCode::kNotFound);
    EXPECT_EQ(CtEnsemble::load(folder_.path() / "nowhere", context_).error().code(), ErrorCode::kNotFound);
    write_member(0);
    write_member(1, {"a", "c"});
    const auto mixed = CtEnsemble::load(folder_.path(), context_);
    ASSERT_FALSE(mixed);
    EXPECT_EQ(mixed.error().code(), ErrorCode::kIntegrity);
    const auto path = folder_.path() / "ct-1.safetensors";
    auto bytes = *read_file(folder_.path() / "ct-0.safetensors", 1 << 24);
    bytes.resize(bytes.size() - 4);
    ASSERT_TRUE(write_file_atomically(path, bytes));
    const auto cut = CtEnsemble::load(folder_.path(), context_);
    ASSERT_FALSE(cut);
    EXPECT_EQ(cut.error().code(), ErrorCode::kMalformedInput);
    EXPECT_THAT(cut.error().message(), ::testing::StartsWith(path.string() + ": "));
    EXPECT_EQ(cut.error().message().find("ct-1", path.string().size()), std::string::npos)
        << cut.error().message();
}

TEST_F(CtEnsembleTest, refuses_members_of_which_some_are_not_calibrated_yet) {
    write_member(0);
    write_member(1, {"a", "b"}, CalibrationKind::kIdentity);
    const auto mixed = CtEnsemble::load(folder_.path(), context_);
    ASSERT_FALSE(mixed);
    EXPECT_EQ(mixed.error().code(), ErrorCode::kIntegrity);
    EXPECT_THAT(mixed.error().message(), ::testing::HasSubstr("ct-1.safetensors"));
}

TEST_F(CtEnsembleTest, is_named_by_its_members) {
    write_member(0);
    const auto before = CtEnsemble::load(folder_.path(), context_)->sha256();
    write_member(1);
    const auto after = CtEnsemble::load(folder_.path(), context_)->sha256();
    EXPECT_EQ(before.size(), 64U);
    EXPECT_NE(before, after);
}

TEST(Standardise, cuts_extremes_and_fills_the_unknown_with_the_mean) {
    const std::vector<FeatureScale> scales{{"a", 10, 2}, {"b", 0, 1}, {"c", 5, 1}};
    const std::vector<float> values{14, 100, std::nanf("")};
    EXPECT_EQ(standardise(scales, values), (std::vector<float>{2, 4, 0}));
}

TEST(Attributes, answers_map_back_to_the_scale_they_came_from) {
    for (std::size_t k = 0; k < kAttributeCount; ++k) {
        EXPECT_NEAR(attribute_score(k, attribute_target(k, 2.5)), 2.5, 1e-12);
        EXPECT_EQ(attribute_score(k, 99), kAttributes[k].high);
        EXPECT_EQ(attribute_score(k, -99), kAttributes[k].low);
    }
}

}  // namespace
}  // namespace huizhen::engine
