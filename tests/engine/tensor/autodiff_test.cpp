// The tape itself, on the reference backend: what is recorded, when it is freed, and gradients of whole
// expressions against finite differences. Single operations are covered by tests/engine/backends for every
// backend.

#include <functional>

#include <huizhen/backend_reference/backend.h>
#include <huizhen/base/check.h>
#include <huizhen/tensor/losses.h>
#include <huizhen/tensor/ops.h>

namespace huizhen::engine {
namespace {

class Autodiff : public ::testing::Test {
  protected:
    Tensor random(const Shape& shape) {
        std::vector<float> values(static_cast<std::size_t>(shape.count()));
        random_.normal(values);
        return Tensor::from(context_, shape, values);
    }
    Tensor leaf(const Shape& shape) { return random(shape).set_requires_grad(); }

    // Central differences of f over every element of x.
    void expect_gradient(Tensor& x, const std::function<Tensor()>& f, float tolerance) {
        x.clear_grad();
        backward(f());
        const std::vector<float> analytic = x.grad().to_vector();
        std::vector<float> values = x.to_vector();
        constexpr float kStep = 1e-2F;
        const InferenceScope off(context_);
        for (std::size_t i = 0; i < values.size(); ++i) {
            const float kept = values[i];
            values[i] = kept + kStep;
            x.assign(values);
            const float above = f().item();
            values[i] = kept - kStep;
            x.assign(values);
            const float below = f().item();
            values[i] = kept;
            EXPECT_NEAR(analytic[i], (above - below) / (2.0F * kStep), tolerance) << "element " << i;
        }
        x.assign(values);
    }

    Executor executor_{1};
    Context context_{executor_, {reference_backend()}};
    Philox random_{5};
};

TEST_F(Autodiff, records_nothing_without_a_wanted_gradient) {
    const Tensor x = random(Shape{3});
    EXPECT_FALSE((x * x).requires_grad());
    Tensor w = leaf(Shape{3});
    EXPECT_TRUE((x * w).requires_grad());
    const InferenceScope off(context_);
    EXPECT_FALSE((x * w).requires_grad());
}

TEST_F(Autodiff, sums_the_gradients_of_a_value_used_twice) {
    Tensor x = Tensor::full(context_, Shape{2}, 3.0F).set_requires_grad();
    backward(sum(x * x + x));
    EXPECT_EQ(x.grad().to_vector(), (std::vector<float>{7.0F, 7.0F}));
    backward(sum(x));  // accumulates
    EXPECT_EQ(x.grad().to_vector(), (std::vector<float>{8.0F, 8.0F}));
}

TEST_F(Autodiff, does_not_write_into_a_gradient_that_two_paths_share) {
    // add() hands one gradient to both operands; the second use of `a` must not change what `b` receives.
    Tensor x = Tensor::full(context_, Shape{1}, 1.0F).set_requires_grad();
    Tensor y = Tensor::full(context_, Shape{1}, 1.0F).set_requires_grad();
    const Tensor a = x * 1.0F;
    const Tensor b = y * 1.0F;
    backward(sum(a + b + a * 2.0F + a * 3.0F));
    EXPECT_FLOAT_EQ(x.grad().item(), 6.0F);
    EXPECT_FLOAT_EQ(y.grad().item(), 1.0F);
}

TEST_F(Autodiff, walks_a_kept_tape_again_and_refuses_a_spent_one) {
    Tensor x = leaf(Shape{2});
    const Tensor y = sum(x * x);
    backward(y, {.keep_tape = true});
    const std::vector<float> once = x.grad().to_vector();
    x.clear_grad();
    backward(y);
    EXPECT_EQ(x.grad().to_vector(), once);
    EXPECT_THROW(backward(y), InvariantBroken);
}

TEST_F(Autodiff, keeps_the_gradient_of_an_intermediate_when_asked) {
    Tensor x = leaf(Shape{2, 2});
    Tensor h = relu(x);
    h.retain_grad();
    backward(sum(h * 5.0F));
    EXPECT_EQ(h.grad().to_vector(), (std::vector<float>(4, 5.0F)));
}

TEST_F(Autodiff, frees_the_tape_as_it_walks) {
    Tensor x = leaf(Shape{2});
    std::weak_ptr<TensorImpl> watched;
    Tensor y;
    {
        const Tensor h = exp(x);
        watched = h.impl();
        y = sum(h * h);
    }
    backward(y);
    EXPECT_TRUE(watched.expired());
}

TEST_F(Autodiff, gradients_of_broadcasts_and_divisions) {
    Tensor a = leaf(Shape{3, 1});
    Tensor b = leaf(Shape{4});
    const auto f = [&] { return sum(square(a * b) / (softplus(b) + softplus(a))); };
    expect_gradient(a, f, 2e-2F);
    expect_gradient(b, f, 2e-2F);
}

TEST_F(Autodiff, gradients_of_shape_operations) {
    Tensor x = leaf(Shape{2, 3, 4});
    const Tensor weight = random(Shape{3, 4, 4});
    const auto f = [&] {
        const Tensor turned = permute(x, {1, 2, 0});
        const Tensor both = concat({turned, slice(broadcast_to(turned, Shape{3, 4, 2}), 2, 0, 2)}, 2);
        return sum(tanh(both * weight) * reshape(both, {3, 4, 4}));
    };
    expect_gradient(x, f, 2e-2F);
}

TEST_F(Autodiff, gradients_of_matrix_products) {
    for (const bool ta : {false, true}) {
        for (const bool tb : {false, true}) {
            Tensor a = leaf(ta ? Shape{2, 4, 3} : Shape{2, 3, 4});
            Tensor b = leaf(tb ? Shape{2, 5, 4} : Shape{2, 4, 5});
            const auto f = [&] { return sum(square(matmul(a, b, {ta, tb, 0.5F}))); };
            expect_gradient(a, f, 5e-2F);
            expect_gradient(b, f, 5e-2F);
        }
    }
    Tensor shared = leaf(Shape{4, 5});
    const Tensor x = random(Shape{2, 3, 4});
    expect_gradient(
        shared, [&] { return sum(tanh(matmul(x, shared))); }, 2e-2F);
}

TEST_F(Autodiff, gradients_of_an_embedding_add_up_repeated_rows) {
    Tensor table = leaf(Shape{4, 3});
    const std::vector<std::int32_t> rows{1, 3, 1, 0};
    const Tensor indices = Tensor::from_indices(context_, Shape{2, 2}, rows);
    expect_gradient(
        table, [&] { return sum(square(embedding(table, indices))); }, 2e-2F);
    const std::vector<std::int32_t> outside{4};
    EXPECT_THROW(embedding(table, Tensor::from_indices(context_, Shape{1}, outside)), InvariantBroken);
}

TEST_F(Autodiff, losses_are_weighted_means_and_ignore_weight_zero) {
    const std::vector<float> logits{0.0F, std::numeric_limits<float>::infinity(), 2.0F};
    const std::vector<float> targets{0.5F, 0.0F, 1.0F};
    const std::vector<float> weights{1.0F, 0.0F, 3.0F};
    Tensor x = Tensor::from(context_, Shape{3}, logits).set_requires_grad();
    const Tensor loss = bce_with_logits(x, Tensor::from(context_, Shape{3}, targets),
                                        Tensor::from(context_, Shape{3}, weights));
    EXPECT_NEAR(loss.item(), (std::log(2.0) + 3.0 * std::log1p(std::exp(-2.0))) / 4.0, 1e-6);
    backward(loss);
    EXPECT_EQ(x.grad().to_vector()[1], 0.0F);
    const Tensor none = bce_with_logits(x, x, Tensor::zeros(context_, Shape{3}));
    EXPECT_EQ(none.item(), 0.0F);
}

TEST_F(Autodiff, gradients_of_losses) {
    Tensor x = leaf(Shape{4, 3});
    std::vector<float> soft(12);
    random_.uniform(soft);
    const Tensor targets = Tensor::from(context_, Shape{4, 3}, soft);
    const Tensor weights = affine(targets, 2.0F, 0.1F);
    expect_gradient(
        x, [&] { return bce_with_logits(x, targets, weights); }, 1e-3F);
    expect_gradient(
        x, [&] { return squared_error(x, targets, weights); }, 1e-3F);
    const std::vector<std::int32_t> classes{0, 2, 1, 1};
    const Tensor labels = Tensor::from_indices(context_, Shape{4}, classes);
    expect_gradient(
        x, [&] { return cross_entropy(x, labels, reshape(slice(weights, 1, 0, 1), {4})); }, 1e-3F);
}

}  // namespace
}  // namespace huizhen::engine
