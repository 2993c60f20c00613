#include "conformance.h"

#include <numeric>

namespace huizhen::engine::testing {
namespace {

std::vector<float> drawn(const Input& input, Philox& random) {
    std::vector<float> values(static_cast<std::size_t>(input.shape.count()));
    switch (input.draw) {
        case Draw::kNormal: random.normal(values); break;
        case Draw::kPositive: random.uniform(values, 0.3F, 2.0F); break;
        case Draw::kUnit: random.uniform(values); break;
        case Draw::kMask:
            random.uniform(values);
            for (float& v : values) v = v < 0.3F ? 0.0F : 1.0F;
            break;
        case Draw::kSpread: {  // no two values near each other: the place of a maximum is beyond doubt
            std::vector<std::size_t> order(values.size());
            std::iota(order.begin(), order.end(), 0U);
            random.shuffle(order);
            for (std::size_t i = 0; i < values.size(); ++i) values[i] = 0.1F * static_cast<float>(order[i]);
            break;
        }
    }
    return values;
}

void expect_values_close(const std::vector<float>& actual, const std::vector<float>& expected,
                         float tolerance, const std::string& what) {
    ASSERT_EQ(actual.size(), expected.size()) << what;
    float scale = 1.0F;
    for (const float v : expected) scale = std::max(scale, std::abs(v));
    for (std::size_t i = 0; i < actual.size(); ++i) {
        ASSERT_NEAR(actual[i], expected[i], tolerance * scale) << what << ", element " << i;
    }
}

}  // namespace

CaseRun::CaseRun(Context& context, const Case& c) : context_(context), case_(c) {
    Philox random(2024);
    for (const Input& input : c.inputs) {
        Tensor tensor = Tensor::from(context, input.shape, drawn(input, random));
        if (input.differentiable) tensor.set_requires_grad();
        inputs_.push_back(tensor);
    }
}

Outcome CaseRun::outcome() {
    Outcome out;
    const Tensor result = case_.apply(inputs_);
    out.value = result.to_vector();
    if (!result.requires_grad()) return out;
    backward(result, seed(result.shape()));
    for (const Tensor& input : inputs_) {
        const Tensor gradient = input.grad();
        out.gradients.push_back(gradient.defined() ? gradient.to_vector() : std::vector<float>());
    }
    return out;
}

Tensor CaseRun::seed(const Shape& shape) const {
    Philox random(77);
    std::vector<float> values(static_cast<std::size_t>(shape.count()));
    random.uniform(values, -1.0F, 1.0F);
    return Tensor::from(context_, shape, values);
}

double CaseRun::weighted() const {
    const InferenceScope off(context_);
    const Tensor result = case_.apply(inputs_);
    const std::vector<float> values = result.to_vector();
    const std::vector<float> weights = seed(result.shape()).to_vector();
    double total = 0.0;
    for (std::size_t i = 0; i < values.size(); ++i) {
        total += static_cast<double>(values[i]) * static_cast<double>(weights[i]);
    }
    return total;
}

Outcome outcome_on(std::initializer_list<const HzBackend*> backends, const Case& c) {
    Executor executor(2);
    Context context(executor, backends);
    return CaseRun(context, c).outcome();
}

void expect_close(const Outcome& actual, const Outcome& expected, const Case& c) {
    expect_values_close(actual.value, expected.value, c.forward_tolerance, "value");
    ASSERT_EQ(actual.gradients.size(), expected.gradients.size());
    for (std::size_t i = 0; i < actual.gradients.size(); ++i) {
        expect_values_close(actual.gradients[i], expected.gradients[i], c.backward_tolerance,
                            "gradient of input " + std::to_string(i));
    }
}

}  // namespace huizhen::engine::testing
