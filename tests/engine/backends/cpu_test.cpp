// What only the fast backend promises: its results do not depend on the number of threads, the hot path never
// leaves it, and it works at every instruction set.

#include <huizhen/backend_cpu/backend.h>
#include <huizhen/backend_reference/backend.h>
#include <huizhen/tensor/losses.h>
#include <huizhen/tensor/optimizer_ops.h>

#include "cases.h"

namespace huizhen::engine {
namespace {

std::vector<float> training_gradients(std::size_t threads) {
    Executor executor(threads);
    Context context(executor, {cpu_backend(), reference_backend()});
    Philox random(4);
    const auto draw = [&](const Shape& shape) {
        std::vector<float> values(static_cast<std::size_t>(shape.count()));
        random.normal(values);
        return Tensor::from(context, shape, values);
    };
    const Tensor x = draw(Shape{5, 1, 12, 11, 10});
    Tensor w1 = draw(Shape{32, 1, 3, 3, 3}).set_requires_grad();
    Tensor w2 = draw(Shape{64, 32, 3, 3, 3}).set_requires_grad();
    Tensor b2 = draw(Shape{64}).set_requires_grad();
    Tensor gamma = draw(Shape{32}).set_requires_grad();
    Tensor beta = draw(Shape{32}).set_requires_grad();
    const Tensor h = group_norm(conv3d(x, w1, {}, {{2, 2, 2}, {1, 1, 1}}), gamma, beta, 4, Activation::kGelu);
    const Tensor y = global_average_pool(conv3d(h, w2, b2, {{1, 1, 1}, {1, 1, 1}}));
    // A flat image is divided among threads in another way than a volume.
    const Tensor flat = draw(Shape{3, 16, 9, 13});
    Tensor w3 = draw(Shape{20, 16, 3, 3}).set_requires_grad();
    const Tensor z = gelu(conv2d(flat, w3, {}, {{1, 1}, {1, 1}}));
    backward(mean(square(y)) + mean(square(z)));
    std::vector<float> all = z.to_vector();
    for (const Tensor& leaf : {w1, w2, w3, b2, gamma, beta}) {
        const std::vector<float> gradient = leaf.grad().to_vector();
        all.insert(all.end(), gradient.begin(), gradient.end());
    }
    return all;
}

TEST(CpuBackend, gives_the_same_bits_for_any_number_of_threads) {
    const std::vector<float> one = training_gradients(1);
    EXPECT_EQ(one, training_gradients(2));
    EXPECT_EQ(one, training_gradients(5));
}

TEST(CpuBackend, keeps_a_convolutional_network_to_itself) {
    Executor executor(2);
    Context context(executor, {cpu_backend(), reference_backend()});
    Tensor x = Tensor::full(context, Shape{2, 8, 6, 6, 6}, 0.5F);
    Tensor w = Tensor::full(context, Shape{16, 8, 3, 3, 3}, 0.01F).set_requires_grad();
    const Tensor h = relu(conv3d(x, w, {}, {{1, 1, 1}, {1, 1, 1}}));
    backward(sum(max_pool(h + h, {})));
    for (const Context::Fallback& fallback : context.fallbacks())
        ADD_FAILURE() << fallback.op << ": " << fallback.reason;
}

TEST(CpuBackend, sees_weights_that_change_between_inference_calls) {
    Executor executor(2);
    Context context(executor, {cpu_backend(), reference_backend()});
    const InferenceScope off(context);
    for (const int stride : {1, 2}) {  // two forms of prepared weights
        const Tensor x = Tensor::full(context, Shape{1, 16, 4, 4, 4}, 1.0F);
        Tensor w = Tensor::full(context, Shape{16, 16, 3, 3, 3}, 1.0F);
        const auto middle = [&] {
            return conv3d(x, w, {}, {{stride, stride, stride}, {1, 1, 1}}).to_vector()[stride == 1 ? 21 : 7];
        };
        EXPECT_NEAR(middle(), 16.0F * 27.0F, 1e-2F);
        EXPECT_NEAR(middle(), 16.0F * 27.0F, 1e-2F);
        w.assign(std::vector<float>(static_cast<std::size_t>(w.count()), 2.0F));
        EXPECT_NEAR(middle(), 2.0F * 16.0F * 27.0F, 2e-2F);
        axpby(Tensor::full(context, w.shape(), 2.0F), 1.0F, w, 1.0F);
        EXPECT_NEAR(middle(), 4.0F * 16.0F * 27.0F, 4e-2F);
    }
}

TEST(CpuBackend, says_why_it_declines) {
    Executor executor(1);
    Context context(executor, {cpu_backend(), reference_backend()});
    const Tensor x = Tensor::full(context, Shape{3, 4, 5}, 1.0F);
    EXPECT_FLOAT_EQ(sum(x, {0, 2}).to_vector()[0], 15.0F);
    ASSERT_EQ(context.fallbacks().size(), 1U);
    EXPECT_EQ(context.fallbacks()[0].op, HZ_OP_REDUCE);
    EXPECT_EQ(context.fallbacks()[0].reason, "reduced axes lie apart");
}

}  // namespace
}  // namespace huizhen::engine
