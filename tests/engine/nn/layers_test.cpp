#include <huizhen/backend_cpu/backend.h>
#include <huizhen/backend_reference/backend.h>
#include <huizhen/base/check.h>
#include <huizhen/nn/adamw.h>
#include <huizhen/nn/layers.h>
#include <huizhen/tensor/losses.h>

namespace huizhen::engine {
namespace {

Tensor drawn(Context& context, const Shape& shape, std::uint64_t seed) {
    Philox random(seed);
    std::vector<float> values(static_cast<std::size_t>(shape.count()));
    random.normal(values);
    return Tensor::from(context, shape, values);
}

class Layers : public ::testing::Test {
  protected:
    Executor executor_{2};
    Context context_{executor_, {cpu_backend(), reference_backend()}};
    ParameterSet parameters_{context_, 21};
    Scope root_{parameters_, ""};
};

TEST_F(Layers, names_shapes_and_initial_values_follow_the_rules) {
    const Conv3d conv(root_ / "stem" / 0, {.in = 4, .out = 64, .bias = true});
    const LayerNorm norm(root_ / "norm", 8);
    const Parameter* weight = parameters_.find("stem.0.weight");
    ASSERT_NE(weight, nullptr);
    EXPECT_EQ(weight->value.shape(), (Shape{64, 4, 3, 3, 3}));
    EXPECT_TRUE(weight->decays);
    EXPECT_FALSE(parameters_.find("stem.0.bias")->decays);
    EXPECT_EQ(parameters_.count(), 64 * 108 + 64 + 16);
    // He: variance 2 / fan-in
    EXPECT_NEAR(mean(square(weight->value)).item(), 2.0F / 108.0F, 1e-3F);
    EXPECT_THROW(LayerNorm(root_ / "norm", 8), InvariantBroken);
    EXPECT_EQ(parameters_.find("absent"), nullptr);
}

TEST_F(Layers, initial_values_do_not_depend_on_the_order_of_construction) {
    const Linear a(root_ / "a", 5, 6);
    const Linear b(root_ / "b", 5, 6);
    ParameterSet other(context_, 21);
    const Linear b2(Scope(other, "b"), 5, 6);
    EXPECT_EQ(parameters_.find("b.weight")->value.to_vector(), other.find("b.weight")->value.to_vector());
    EXPECT_NE(parameters_.find("a.weight")->value.to_vector(), other.find("b.weight")->value.to_vector());
}

TEST_F(Layers, attention_with_visible_weights_gives_the_same_as_without) {
    const MultiHeadAttention attention(root_ / "attention", 16, 4);
    const Tensor x = drawn(context_, Shape{2, 7, 16}, 1);
    const std::vector<float> mask{1, 1, 1, 1, 1, 0, 0, 1, 1, 1, 1, 1, 1, 1};
    const Tensor key_mask = Tensor::from(context_, Shape{2, 7}, mask);
    Tensor weights;
    const std::vector<float> explained = attention(x, key_mask, &weights).to_vector();
    const std::vector<float> fused = attention(x, key_mask).to_vector();
    for (std::size_t i = 0; i < fused.size(); ++i) EXPECT_NEAR(explained[i], fused[i], 1e-5F);
    ASSERT_EQ(weights.shape(), (Shape{2, 4, 7, 7}));
    const std::vector<float> p = weights.to_vector();
    EXPECT_EQ(p[5], 0.0F);  // hidden key
    EXPECT_NEAR(sum(weights).item(), 2.0F * 4.0F * 7.0F, 1e-4F);
}

TEST_F(Layers, hidden_tokens_do_not_change_the_others) {
    const TransformerBlock block(root_ / "block", {.channels = 16, .heads = 2, .hidden = 32});
    const Tensor x = drawn(context_, Shape{1, 4, 16}, 2);
    const Tensor longer = concat({x, drawn(context_, Shape{1, 3, 16}, 3)}, 1);
    const Tensor mask = Tensor::from(context_, Shape{1, 7}, std::vector<float>{1, 1, 1, 1, 0, 0, 0});
    const std::vector<float> alone = block(x, {}).to_vector();
    const std::vector<float> beside = slice(block(longer, {}, mask), 1, 0, 4).to_vector();
    for (std::size_t i = 0; i < alone.size(); ++i) EXPECT_NEAR(alone[i], beside[i], 1e-5F);
}

TEST_F(Layers, dropout_acts_in_training_only) {
    const Dropout dropout(0.5F);
    const Tensor x = Tensor::full(context_, Shape{1000}, 1.0F);
    EXPECT_EQ(dropout(x, {}).to_vector(), x.to_vector());
    Philox random(1);
    const Pass pass{&random};
    const float kept = mean(dropout(x, pass)).item();
    EXPECT_NEAR(kept, 1.0F, 0.15F);
    EXPECT_NE(dropout(x, pass).to_vector(), dropout(x, pass).to_vector());
}

// A small convolutional transformer learns to tell which half of a volume is brighter.
float trained_loss(const HzBackend* first, std::size_t threads, std::vector<float>* weights) {
    Executor executor(threads);
    Context context(executor, {first, reference_backend()});
    ParameterSet parameters(context, 5);
    const Scope root(parameters, "net");
    const Conv3d conv(root / "conv", {.in = 1, .out = 16, .stride = 2});
    const GroupNorm norm(root / "norm", 4, 16, Activation::kGelu);
    const TransformerBlock block(root / "block", {.channels = 16, .heads = 2, .hidden = 32, .dropout = 0.1F});
    const Linear head(root / "head", 16, 1);
    AdamW optimizer(parameters, {.clip_norm = 1.0});
    const CosineSchedule schedule{.peak = 1e-2, .warmup_steps = 3, .total_steps = 30};

    Philox random(8);
    Tensor loss;
    for (int step = 0; step < 30; ++step) {
        std::vector<float> voxels(8 * 216);
        std::vector<float> targets(8);
        random.normal(voxels);
        for (std::size_t n = 0; n < 8; ++n) {
            targets[n] = static_cast<float>(random.below(2));
            const std::size_t begin = n * 216 + (targets[n] > 0.5F ? 0 : 108);
            for (std::size_t i = begin; i < begin + 108; ++i) voxels[i] += 1.0F;
        }
        const Tensor x = Tensor::from(context, Shape{8, 1, 6, 6, 6}, voxels);
        const Tensor tokens = block(spatial_tokens(norm(conv(x))), {&random});
        const Tensor place = slice(tokens, 1, 0, 1);  // the first token sits in the upper half
        loss = bce_with_logits(reshape(head(place), {8}), Tensor::from(context, Shape{8}, targets));
        backward(loss);
        optimizer.step(schedule.at(step));
    }
    for (const Parameter& parameter : parameters.all()) {
        const std::vector<float> values = parameter.value.to_vector();
        weights->insert(weights->end(), values.begin(), values.end());
    }
    return loss.item();
}

TEST(Training, learns_and_repeats_to_the_bit_whatever_the_threads) {
    std::vector<float> first;
    std::vector<float> again;
    const float loss = trained_loss(cpu_backend(), 2, &first);
    EXPECT_LT(loss, 0.35F);
    EXPECT_EQ(trained_loss(cpu_backend(), 1, &again), loss);
    EXPECT_EQ(first, again);
}

TEST(Training, takes_the_same_path_on_the_reference_backend) {
    std::vector<float> fast;
    std::vector<float> plain;
    const float a = trained_loss(cpu_backend(), 2, &fast);
    const float b = trained_loss(reference_backend(), 1, &plain);
    EXPECT_NEAR(a, b, 1e-2F);
}

}  // namespace
}  // namespace huizhen::engine
