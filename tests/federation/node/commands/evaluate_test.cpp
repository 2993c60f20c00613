#include <huizhen/model/ct_ensemble.h>
#include <huizhen/node/commands/evaluate.h>
#include <huizhen/test_support/data.h>

namespace huizhen::node {
namespace {

TEST(Evaluate, refuses_a_model_of_other_measurements_before_anything_is_read) {
    EngineRuntime runtime(1);
    const testing::TemporaryFolder models, data;
    engine::ModelManifest manifest;
    manifest.architecture = engine::kCtArchitecture;
    manifest.features = {{"a", 0, 1}, {"b", 0, 1}};
    const engine::CtNetworkShape shape{.features = 2, .hidden = 8, .width = 8};
    manifest.shape = engine::to_manifest(shape);
    engine::ParameterSet parameters(runtime.context(), 1);
    const engine::CtNetwork network(engine::Scope(parameters, "ct"), shape);
    ASSERT_TRUE(engine::save_checkpoint(models.path() / "ct-0.safetensors", engine::named_tensors(parameters),
                                        engine::to_metadata(manifest)));
    const auto refused =
        evaluate({.data = data.path(), .model = models.path()}, runtime, {}, silent_progress());
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), ErrorCode::kIntegrity);
    EXPECT_THAT(refused.error().message(), ::testing::HasSubstr("measurements"));
}

}  // namespace
}  // namespace huizhen::node
