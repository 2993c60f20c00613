#include "service/model_maker.h"

#include <gtest/gtest.h>

#include <huizhen/compression/update_codec.h>
#include <huizhen/exchange/exchange.h>
#include <huizhen/model_file/model_file.h>
#include <huizhen/test_support/data.h>

namespace huizhen::coordinator {
namespace {

constexpr std::size_t kValues = 40'000;  // more than one part

class ModelMakerTest : public ::testing::Test {
  protected:
    ModelMakerTest() : objects_(*rpc::FileObjects::open_folder(folder_.path() / "objects")) {
        setup_.plan.id = rounds::PlanId("p");
        setup_.plan.task = "t";
        for (const char* name : {"a", "b", "c", "d", "e", "f", "g", "h", "i"}) {
            setup_.plan.invited.emplace_back(name);
            setup_.invited.push_back({rounds::SiteId(name), {}});
        }
        setup_.number = 1;
        setup_.plan.codec.clip = 4;
        setup_.plan.codec.weigh_by_samples = false;
        std::vector<float> start(kValues);
        for (std::size_t i = 0; i < kValues; ++i) start[i] = static_cast<float>(i % 7);
        setup_.model = put(start);
    }

    rounds::ObjectRef put(const std::vector<float>& values) {
        model_file::ModelHeader header;
        header.task = "t";
        header.tensors = {{"w", {static_cast<std::int64_t>(values.size())}, model_file::TensorKind::kWeight}};
        const auto path = folder_.path() / "start";
        auto writer = model_file::ModelWriter::create(path, header);
        EXPECT_TRUE(writer->append(values));
        const auto written = writer->finish();
        EXPECT_TRUE(objects_->take_over(path, written->digest));
        return {written->digest, written->bytes};
    }

    // The sum of what `sites` sites encode, each an update of one value everywhere.
    std::vector<std::uint32_t> sum_of(const std::vector<float>& updates) {
        const auto codec = compression::UpdateCodec::make(
            exchange::codec_of(setup_.plan, setup_.invited.size()), kValues, {"p", setup_.number, {}});
        EXPECT_TRUE(codec) << codec.error().to_string();
        std::vector<std::uint32_t> sum(codec->words());
        for (const float update : updates) {
            std::vector<std::uint32_t> words(codec->words());
            EXPECT_TRUE(codec->encode(std::vector<float>(kValues, update), 10, {}, system_random(), words));
            for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += words[i];
        }
        return sum;
    }

    rounds::GroupSum group(const std::vector<std::uint32_t>& sum, std::size_t first, std::size_t sites) {
        rounds::GroupSum one;
        for (std::size_t i = 0; i < sites; ++i) one.included.push_back(setup_.plan.invited[first + i]);
        one.words = sum;
        return one;
    }

    Result<MadeModel> make(const std::vector<rounds::GroupSum>& sums, std::optional<Sha256Digest> kept = {}) {
        return make_model(setup_, sums, kept, *objects_, folder_.path() / "work");
    }

    std::vector<float> values_of(const rounds::ObjectRef& model) {
        return *model_file::ModelReader::open(objects_->path_of(model.digest))->read_all();
    }

    testing::TemporaryFolder folder_;
    std::unique_ptr<rpc::FileObjects> objects_;
    rounds::RoundSetup setup_;
};

TEST_F(ModelMakerTest, moves_the_model_by_the_mean_update) {
    const auto sum = sum_of({0.5F, 1.0F, 1.5F});
    const auto made = make({group(sum, 0, 3)});
    ASSERT_TRUE(made) << made.error().to_string();
    EXPECT_FALSE(made->kept_state);
    const auto values = values_of(made->model);
    ASSERT_EQ(values.size(), kValues);
    for (std::size_t i = 0; i < kValues; ++i)
        ASSERT_NEAR(values[i], static_cast<float>(i % 7) + 1.0F, 1e-5) << i;
    const auto header = model_file::ModelReader::open(objects_->path_of(made->model.digest))->header();
    EXPECT_EQ(header.notes.at("huizhen.parent"), to_hex(setup_.model.digest));
}

TEST_F(ModelMakerTest, the_same_sums_make_the_same_file_again) {
    const auto sum = sum_of({0.25F, -1.0F, 0.125F});
    const auto first = make({group(sum, 0, 3)}), second = make({group(sum, 0, 3)});
    ASSERT_TRUE(first && second);
    EXPECT_EQ(first->model, second->model);
    EXPECT_TRUE(std::filesystem::is_empty(folder_.path() / "work"));
}

TEST_F(ModelMakerTest, fedadam_keeps_its_moments_here_and_needs_them_again) {
    setup_.plan.strategy.kind = rounds::StrategyKind::kFedAdam;
    setup_.plan.strategy.server_rate = 0.1;
    const auto sum = sum_of({1.0F, 1.0F, 1.0F});
    const auto first = make({group(sum, 0, 3)});
    ASSERT_TRUE(first) << first.error().to_string();
    ASSERT_TRUE(first->kept_state);
    EXPECT_FALSE(first->public_state);
    setup_.model = first->model;
    setup_.number = 2;
    const auto with = make({group(sum, 0, 3)}, first->kept_state->digest), without = make({group(sum, 0, 3)});
    ASSERT_TRUE(with && without);
    EXPECT_NE(with->model, without->model);
}

TEST_F(ModelMakerTest, a_median_over_groups_ignores_a_poisoned_one) {
    setup_.plan.groups = 3;
    setup_.plan.strategy.robust = rounds::RobustRule::kMedian;
    const auto honest = sum_of({1.0F, 1.0F, 1.0F}), poisoned = sum_of({-4.0F, -4.0F, -4.0F});
    const auto made = make({group(honest, 0, 3), group(poisoned, 3, 3), group(honest, 6, 3)});
    ASSERT_TRUE(made) << made.error().to_string();
    EXPECT_NEAR(values_of(made->model)[0], 1.0F, 1e-5);
}

TEST_F(ModelMakerTest, scaffold_gives_sites_its_control) {
    setup_.plan.strategy.kind = rounds::StrategyKind::kScaffold;
    EXPECT_EQ(*words_of(setup_, *objects_), 2 * kValues + 1);
}

TEST_F(ModelMakerTest, refuses_a_model_of_another_task) {
    setup_.plan.task = "another";
    EXPECT_FALSE(words_of(setup_, *objects_));
}

}  // namespace
}  // namespace huizhen::coordinator
