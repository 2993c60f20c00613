// Every backend against `reference`, forward and backward, and `reference` against finite differences.

#include "conformance.h"

#include <huizhen/backend_cpu/backend.h>
#include <huizhen/backend_reference/backend.h>

namespace huizhen::engine {
namespace {

using testing::Case;
using testing::CaseRun;
using testing::Outcome;

class Conformance : public ::testing::TestWithParam<Case> {};

std::string name_of(const ::testing::TestParamInfo<Case>& info) { return info.param.name; }

TEST_P(Conformance, cpu_agrees_with_reference) {
    const Case& c = GetParam();
    testing::expect_close(testing::outcome_on({cpu_backend(), reference_backend()}, c),
                          testing::outcome_on({reference_backend()}, c), c);
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
