// Every backend against `reference`, forward and backward, and `reference` against finite differences.

#include <map>
#include <numeric>

#include <huizhen/backend_cpu/backend.h>
#include <huizhen/backend_reference/backend.h>

#include "cases.h"

namespace huizhen::engine {
namespace {

using testing::Case;
using testing::Draw;

std::vector<float> drawn(const testing::Input& input, Philox& random) {
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

struct Outcome {
    std::vector<float> value;
    std::vector<std::vector<float>> gradients;  // empty for inputs that want none
};

// One case on one context, with a fixed random seed gradient so that no cancellation hides an error.
class CaseRun {
  public:
    CaseRun(Context& context, const Case& c) : context_(context), case_(c) {
        Philox random(2024);
        for (const testing::Input& input : c.inputs) {
            Tensor tensor = Tensor::from(context, input.shape, drawn(input, random));
            if (input.differentiable) tensor.set_requires_grad();
            inputs_.push_back(tensor);
        }
    }

    Outcome outcome() {
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

    Tensor seed(const Shape& shape) const {
        Philox random(77);
        std::vector<float> values(static_cast<std::size_t>(shape.count()));
        random.uniform(values, -1.0F, 1.0F);
        return Tensor::from(context_, shape, values);
    }

    // sum(result * seed), in double
    double weighted() const {
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

    std::vector<Tensor>& inputs() { return inputs_; }

  private:
    Context& context_;
    const Case& case_;
    std::vector<Tensor> inputs_;
};

void expect_close(const std::vector<float>& actual, const std::vector<float>& expected, float tolerance,
                  const std::string& what) {
    ASSERT_EQ(actual.size(), expected.size()) << what;
    float scale = 1.0F;
    for (const float v : expected) scale = std::max(scale, std::abs(v));
    for (std::size_t i = 0; i < actual.size(); ++i) {
        ASSERT_NEAR(actual[i], expected[i], tolerance * scale) << what << ", element " << i;
    }
}

class Conformance : public ::testing::TestWithParam<Case> {};

std::string name_of(const ::testing::TestParamInfo<Case>& info) { return info.param.name; }

TEST_P(Conformance, cpu_agrees_with_reference) {
    const Case& c = GetParam();
    Executor executor(2);
    Context plain(executor, {reference_backend()});
    Context fast(executor, {cpu_backend(), reference_backend()});
    const Outcome expected = CaseRun(plain, c).outcome();
    const Outcome actual = CaseRun(fast, c).outcome();
    expect_close(actual.value, expected.value, c.forward_tolerance, "value");
    ASSERT_EQ(actual.gradients.size(), expected.gradients.size());
    for (std::size_t i = 0; i < actual.gradients.size(); ++i) {
        expect_close(actual.gradients[i], expected.gradients[i], c.backward_tolerance,
                     "gradient of input " + std::to_string(i));
    }
}

TEST_P(Conformance, reference_gradients_agree_with_finite_differences) {
    const Case& c = GetParam();
    if (!c.smooth) return;
    Executor executor(1);
    Context context(executor, {reference_backend()});
    CaseRun run(context, c);
    const Outcome outcome = run.outcome();
    constexpr float kStep = 1.0F / 128.0F;
    constexpr std::size_t kProbes = 6;
    for (std::size_t i = 0; i < outcome.gradients.size(); ++i) {
        const std::vector<float>& gradient = outcome.gradients[i];
        if (gradient.empty()) continue;
        float scale = 1.0F;
        for (const float v : gradient) scale = std::max(scale, std::abs(v));
        std::vector<float> values = run.inputs()[i].to_vector();
        for (std::size_t probe = 0; probe < kProbes; ++probe) {
            const std::size_t at = probe * 7919 % values.size();
            const float kept = values[at];
            values[at] = kept + kStep;
            run.inputs()[i].assign(values);
            const double above = run.weighted();
            values[at] = kept - kStep;
            run.inputs()[i].assign(values);
            const double below = run.weighted();
            values[at] = kept;
            run.inputs()[i].assign(values);
            const double slope = (above - below) / (2.0 * static_cast<double>(kStep));
            EXPECT_NEAR(static_cast<double>(gradient[at]), slope, 4e-3 * static_cast<double>(scale))
                << "input " << i << ", element " << at;
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Operations, Conformance, ::testing::ValuesIn(testing::all_cases()), name_of);

}  // namespace
}  // namespace huizhen::engine
