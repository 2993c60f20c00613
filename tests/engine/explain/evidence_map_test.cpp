#include <numeric>

#include <gtest/gtest.h>

#include <huizhen/backend_cpu/backend.h>
#include <huizhen/backend_reference/backend.h>
#include <huizhen/explain/evidence_map.h>
#include <huizhen/test_support/data.h>
#include <huizhen/training/ct_training.h>

namespace huizhen::engine {
namespace {

constexpr int kSource = kCtSourceSide;
constexpr int kSpot[3] = {8, 23, 16};  // of the patch; where the answer is, away from the middle

// A network that learned to look for a dense spot at one place away from the middle: what decides is known,
// and it is not where a centred Gaussian points.
class EvidenceTest : public ::testing::Test {
  protected:
    static void SetUpTestSuite() {
        world_ = std::make_unique<World>();
        world_->train();
    }
    static void TearDownTestSuite() { world_.reset(); }

    struct World {
        testing::TemporaryFolder folder;
        Executor executor{2};
        Context context{executor, {cpu_backend(), reference_backend()}};
        std::optional<CtEnsemble> ensemble;

        void train() {
            CtSet set{{"nothing"}, {}};
            Philox random(3);
            for (int k = 0; k < 96; ++k) set.cases.push_back(make_case(k, random));
            CtRecipe recipe;
            recipe.shape = {.features = 1, .hidden = 8, .width = 8};
            recipe.augmentation = {.turn_axial = false,
                                   .tilt_degrees = 0,
                                   .mirror = false,
                                   .scale = 0,
                                   .shift = 0.5,
                                   .offset = 0.02,
                                   .noise = 0.02};
            recipe.side_weight = 0;
            recipe.training = {.epochs = 40,
                               .batch = 16,
                               .learning_rate = 5e-3,
                               .warmup_epochs = 1,
                               .average_decay = 0.9,
                               .validate_every = 40,
                               .seed = 2};
            ParameterSet parameters(context, 1);
            const CtNetwork network(Scope(parameters, "ct"), recipe.shape);
            const std::vector<FeatureScale> scales{{"nothing", 0, 1}};
            const auto outcome =
                train_ct_network(network, parameters, set, 1, scales, recipe, {}, silent_progress());
            ASSERT_TRUE(outcome) << outcome.error().to_string();
            ASSERT_GT(outcome->validation, 0.95);
            save(parameters, recipe.shape, folder.path());
            ensemble = *CtEnsemble::load(folder.path(), context);
        }

        void save(const ParameterSet& parameters, const CtNetworkShape& shape,
                  const std::filesystem::path& to) {
            ModelManifest manifest;
            manifest.architecture = kCtArchitecture;
            manifest.shape = to_manifest(shape);
            manifest.features = {{"nothing", 0, 1}};
            ASSERT_TRUE(
                save_checkpoint(to / "ct-0.safetensors", named_tensors(parameters), to_metadata(manifest)));
        }

        static CtCase make_case(int k, Philox& random) {
            CtCase one;
            one.label = k % 2;
            one.malignancy = one.label;
            one.fold = k >= 64 ? 1 : 0;
            one.features = {0.0F};
            one.source_hu = picture(one.label != 0, random);
            return one;
        }

        // Noise, a ball in the middle as a decoy, of any size or none, and the spot or not.
        static std::vector<float> picture(bool with_spot, Philox& random) {
            std::vector<float> hu(static_cast<std::size_t>(kSource) * kSource * kSource);
            random.normal(hu, -850.0F, 40.0F);
            const double radius = std::max(0.0, 12 * random.uniform() - 4);
            const int margin = (kSource - kCtPatchSide) / 2;
            for (int z = 0; z < kSource; ++z) {
                for (int y = 0; y < kSource; ++y) {
                    for (int x = 0; x < kSource; ++x) {
                        float& v = hu[static_cast<std::size_t>((z * kSource + y) * kSource + x)];
                        const double c = 0.5 * (kSource - 1);
                        if ((x - c) * (x - c) + (y - c) * (y - c) + (z - c) * (z - c) < radius * radius)
                            v = 20;
                        const int dx = x - margin - kSpot[0], dy = y - margin - kSpot[1],
                                  dz = z - margin - kSpot[2];
                        if (with_spot && dx * dx + dy * dy + dz * dz < 12) v = 100;
                    }
                }
            }
            return hu;
        }
    };

    static std::vector<float> patch(std::uint64_t seed) {
        Philox random(seed);
        std::vector<float> hu(static_cast<std::size_t>(kCtPatchSide) * kCtPatchSide * kCtPatchSide);
        middle_slab(World::picture(true, random), kCtSourceVolume, {kCtPatchSide, kCtPatchSide}, hu);
        return hu;
    }

    // Share of a map's mass within 6 samples of the spot.
    static double mass_at_spot(const std::vector<float>& map) {
        double near = 0, all = 0;
        for (std::size_t i = 0; i < map.size(); ++i) {
            const int x = static_cast<int>(i % 32) - kSpot[0], y = static_cast<int>(i / 32 % 32) - kSpot[1],
                      z = static_cast<int>(i / 1024) - kSpot[2];
            all += static_cast<double>(map[i]);
            if (x * x + y * y + z * z <= 36) near += static_cast<double>(map[i]);
        }
        return all > 0 ? near / all : 0.0;
    }

    static inline std::unique_ptr<World> world_;
    const std::vector<NamedValue> measurements_{{"nothing", 0.0F}};
};

TEST_F(EvidenceTest, maps_point_at_what_decides) {
    const auto hu = patch(100);
    const auto cam = grad_cam(*world_->ensemble, {hu, measurements_});
    ASSERT_TRUE(cam) << cam.error().to_string();
    const auto occlusion = occlusion_map(*world_->ensemble, {hu, measurements_});
    ASSERT_TRUE(occlusion) << occlusion.error().to_string();
    const double by_chance = mass_at_spot(std::vector<float>(hu.size(), 1.0F));
    EXPECT_GT(mass_at_spot(*cam), 4 * by_chance);
    EXPECT_GT(mass_at_spot(*occlusion), 4 * by_chance);
    EXPECT_EQ(*std::max_element(cam->begin(), cam->end()), 1.0F);
    EXPECT_GE(*std::min_element(cam->begin(), cam->end()), 0.0F);
}

TEST_F(EvidenceTest, maps_are_more_faithful_than_noise_and_than_a_centred_gaussian) {
    double deletion[4] = {}, insertion[4] = {};
    for (const std::uint64_t seed : {100U, 101U, 102U, 103U}) {
        const auto hu = patch(seed);
        const CtInput input{hu, measurements_};
        const std::vector<float> maps[] = {*grad_cam(*world_->ensemble, input),
                                           *occlusion_map(*world_->ensemble, input), random_map(seed),
                                           centred_gaussian_map()};
        for (int m = 0; m < 4; ++m) {
            const auto measured = faithfulness(*world_->ensemble, input, maps[m]);
            ASSERT_TRUE(measured) << measured.error().to_string();
            deletion[m] += measured->deletion;
            insertion[m] += measured->insertion;
        }
    }
    for (const int map : {0, 1}) {
        for (const int other : {2, 3}) {
            EXPECT_LT(deletion[map], deletion[other]) << map << ' ' << other;
            EXPECT_GT(insertion[map], insertion[other]) << map << ' ' << other;
        }
    }
}

TEST_F(EvidenceTest, repeats_exactly_and_follows_the_weights) {
    const auto hu = patch(100);
    const auto map = grad_cam(*world_->ensemble, {hu, measurements_});
    EXPECT_EQ(*map, *grad_cam(*world_->ensemble, {hu, measurements_}));

    const testing::TemporaryFolder folder;
    const auto& member = world_->ensemble->members().front();
    ParameterSet random(world_->context, 77);
    const CtNetwork network(Scope(random, "ct"), member.network->shape());
    Tensor heads = random.find("ct.picture_heads.weight")->value;
    std::vector<float> stirred(static_cast<std::size_t>(heads.count()));
    Philox(5).normal(stirred);
    heads.assign(stirred);
    world_->save(random, member.network->shape(), folder.path());
    const auto other = grad_cam(*CtEnsemble::load(folder.path(), world_->context), {hu, measurements_});
    double ab = 0, aa = 0, bb = 0;
    for (std::size_t i = 0; i < map->size(); ++i) {
        const auto a = static_cast<double>((*map)[i]), b = static_cast<double>((*other)[i]);
        ab += a * b;
        aa += a * a;
        bb += b * b;
    }
    EXPECT_LT(ab / std::sqrt(aa * bb + 1e-12), 0.8);
}

}  // namespace
}  // namespace huizhen::engine
