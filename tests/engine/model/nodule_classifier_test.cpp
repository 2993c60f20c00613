#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <huizhen/backend_cpu/backend.h>
#include <huizhen/backend_reference/backend.h>
#include <huizhen/base/file.h>
#include <huizhen/model/nodule_classifier.h>
#include <huizhen/test_support/data.h>

namespace huizhen::engine {
namespace {

constexpr std::size_t kPixels = 2500;

class NoduleClassifierTest : public ::testing::Test {
  protected:
    void write_member(int number, const NoduleNetworkShape& built, const NoduleNetworkShape& claimed) {
        ModelManifest manifest;
        manifest.architecture = kNoduleArchitecture;
        manifest.shape = to_manifest(claimed);
        manifest.calibration = {CalibrationKind::kPlatt, 2, 1, 0.25};
        ParameterSet parameters(context_, static_cast<std::uint64_t>(number));
        const NoduleNetwork network(Scope(parameters, "nodule"), built);
        ASSERT_TRUE(save_checkpoint(folder_.path() / ("nodule-" + std::to_string(number) + ".safetensors"),
                                    named_tensors(parameters), to_metadata(manifest)));
    }

    testing::TemporaryFolder folder_;
    Executor executor_{2};
    Context context_{executor_, {cpu_backend(), reference_backend()}};
};

TEST_F(NoduleClassifierTest, averages_calibrated_logits_of_its_members) {
    write_member(0, {.width = 8}, {.width = 8});
    const auto first = NoduleClassifier::load(folder_.path(), context_);
    ASSERT_TRUE(first) << first.error().to_string();
    std::vector<float> patches(70 * kPixels);
    Philox(1).normal(patches, -500.0F, 300.0F);
    const auto one = first->probabilities(patches);
    write_member(1, {.width = 8}, {.width = 8});
    const auto both = NoduleClassifier::load(folder_.path(), context_);
    ASSERT_TRUE(both);
    EXPECT_EQ(both->members(), 2U);
    const auto two = both->probabilities(patches);
    ASSERT_EQ(two.size(), 70U);
    EXPECT_NE(one[0], two[0]);
    // The same patch alone.
    EXPECT_NEAR(both->probabilities(std::span(patches).subspan(69 * kPixels, kPixels))[0], two[69], 1e-5);
    EXPECT_TRUE(both->probabilities({}).empty());
}

TEST_F(NoduleClassifierTest, looks_only_at_the_window) {
    write_member(0, {.width = 8}, {.width = 8});
    const auto classifier = NoduleClassifier::load(folder_.path(), context_);
    std::vector<float> metal(kPixels, 3000.0F), bright(kPixels, 400.0F), grey(kPixels, -300.0F);
    EXPECT_EQ(classifier->probabilities(metal), classifier->probabilities(bright));
    EXPECT_NE(classifier->probabilities(grey), classifier->probabilities(bright));
    EXPECT_EQ(nodule_input_of_hu(kNoduleLowHu), nodule_input(0));
    EXPECT_EQ(nodule_input_of_hu(kNoduleHighHu), nodule_input(1));
}

TEST_F(NoduleClassifierTest, refuses_weights_that_do_not_fit_the_manifest) {
    EXPECT_EQ(NoduleClassifier::load(folder_.path(), context_).error().code(), ErrorCode::kNotFound);
    write_member(0, {.width = 8}, {.width = 16});
    const auto classifier = NoduleClassifier::load(folder_.path(), context_);
    ASSERT_FALSE(classifier);
    EXPECT_EQ(classifier.error().code(), ErrorCode::kIntegrity);
    EXPECT_THAT(classifier.error().message(), ::testing::HasSubstr("nodule-0.safetensors"));
}

TEST_F(NoduleClassifierTest, names_a_damaged_file_once) {
    const auto path = folder_.path() / "nodule-0.safetensors";
    ASSERT_TRUE(write_file_atomically(path, "cut short"));
    const auto classifier = NoduleClassifier::load(folder_.path(), context_);
    ASSERT_FALSE(classifier);
    EXPECT_THAT(classifier.error().message(), ::testing::StartsWith(path.string() + ": "));
    EXPECT_EQ(classifier.error().message().find("nodule-0", path.string().size()), std::string::npos)
        << classifier.error().message();
}

}  // namespace
}  // namespace huizhen::engine
