#include <cmath>

#include "state.h"

namespace huizhen::engine::cpu {

void adamw(State& state, const HzAdamW& a) {
    const std::array<float, 8> scalars{a.learning_rate, a.beta1,          a.beta2,       a.epsilon,
                                       a.decay,         a.gradient_scale, a.correction1, a.correction2};
    parallel_for(state, count(a.w), kGrain, [&](std::int64_t begin, std::int64_t end) {
        state.kernels->adamw(scalars.data(), floats(a.w) + begin, floats(a.g) + begin, floats(a.m) + begin,
                             floats(a.v) + begin, end - begin);
    });
}

void axpby(State& state, const HzAxpby& a) {
    parallel_for(state, count(a.x), kGrain, [&](std::int64_t begin, std::int64_t end) {
        state.kernels->axpby(a.alpha, floats(a.x) + begin, a.beta, floats(a.y) + begin, end - begin);
    });
}

}  // namespace huizhen::engine::cpu
