#include <exception>

#include <huizhen/tensor/losses.h>
#include <huizhen/tensor/ops.h>
#include <huizhen/tensor/self_check.h>

namespace huizhen::engine {
namespace {

// Coarse enough for TF32, fine enough for any mistake.
constexpr float kTolerance = 1e-2F;

// Probabilities, loss and every gradient of a network that meets convolution, norm, pooling, attention and
// products.
std::vector<float> small_network(Executor& executor, const HzBackend& backend) {
    Context context(executor, {&backend});
    Philox random(20);
    std::vector<Tensor> leaves;
    const auto draw = [&](const Shape& shape, float deviation) {
        std::vector<float> values(static_cast<std::size_t>(shape.count()));
        random.normal(values, 0.0F, deviation);
        leaves.push_back(Tensor::from(context, shape, values));
        return leaves.back().set_requires_grad();
    };
    const Tensor image = draw(Shape{2, 3, 7, 6, 8}, 1.0F);
    const Tensor filter = draw(Shape{8, 3, 3, 3, 3}, 0.2F);
    const Tensor bias = draw(Shape{8}, 0.2F);
    const Tensor gamma = draw(Shape{8}, 1.0F);
    const Tensor beta = draw(Shape{8}, 1.0F);
    const Tensor weight = draw(Shape{5, 8}, 0.5F);
    const Tensor maps =
        group_norm(conv3d(image, filter, bias, {{2, 1, 1}, {1, 1, 1}}), gamma, beta, 2, Activation::kGelu);
    const Tensor tokens = spatial_tokens(average_pool(maps, {}));  // [2, positions, 8]
    const Tensor heads = reshape(tokens, {2, 1, -1, 8});
    const Tensor mixed = mean(attention(heads, heads, heads), {1, 2});  // [2, 8]
    const Tensor logits = dropout(linear(mixed, weight, {}), 0.3F, random);
    const std::vector<std::int32_t> classes{1, 3};
    const Tensor loss = cross_entropy(logits, Tensor::from_indices(context, Shape{2}, classes), {});
    backward(loss);
    std::vector<float> all = softmax(logits).to_vector();
    all.push_back(loss.item());
    for (const Tensor& leaf : leaves) {
        const std::vector<float> gradient = leaf.grad().to_vector();
        all.insert(all.end(), gradient.begin(), gradient.end());
    }
    return all;
}

}  // namespace

Status self_check(Executor& executor, const HzBackend& tested, const HzBackend& truth) {
    const std::vector<float> expected = small_network(executor, truth);
    std::vector<float> actual;
    try {
        actual = small_network(executor, tested);
    } catch (const std::bad_alloc&) {
        return fail(ErrorCode::kUnavailable, std::string(tested.name) + " backend: not enough memory");
    } catch (const std::exception& failure) {
        return fail(ErrorCode::kUnavailable, failure.what());
    }
    for (std::size_t i = 0; i < expected.size(); ++i) {
        const float allowed = kTolerance * (1.0F + std::abs(expected[i]));
        // Written so that NaN is refused.
        if (!(std::abs(actual[i] - expected[i]) <= allowed)) {
            return fail(ErrorCode::kIntegrity, std::string(tested.name) +
                                                   " backend: gives other results than " + truth.name +
                                                   " in the check at start; it is not used");
        }
    }
    return {};
}

}  // namespace huizhen::engine
