#include <huizhen/model/ct_network.h>
#include <huizhen/node/diagnosis/models.h>
#include <huizhen/test_support/data.h>

namespace huizhen::node {
namespace {

TEST(Models, that_were_never_calibrated_are_refused) {
    EngineRuntime runtime(1);
    const testing::TemporaryFolder folder;
    engine::ModelManifest manifest;
    manifest.architecture = engine::kCtArchitecture;
    manifest.features = {{"a", 0, 1}};
    const engine::CtNetworkShape shape{.features = 1, .hidden = 8, .width = 8};
    manifest.shape = engine::to_manifest(shape);
    engine::ParameterSet parameters(runtime.context(), 1);
    const engine::CtNetwork network(engine::Scope(parameters, "ct"), shape);
    ASSERT_TRUE(engine::save_checkpoint(folder.path() / "ct-0.safetensors", engine::named_tensors(parameters),
                                        engine::to_metadata(manifest)));
    const auto refused = Models::load(folder.path(), runtime);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), ErrorCode::kIntegrity);
    EXPECT_THAT(refused.error().message(), ::testing::HasSubstr("not calibrated"));
}

}  // namespace
}  // namespace huizhen::node
