#include <array>

#include <huizhen/tensor/philox.h>

#include "state.h"

namespace huizhen::engine::cpu {
namespace {

// Trailing axes that both operands either fill or repeat, taken as one.
struct Runs {
    std::vector<std::int64_t> sizes;  // outermost first
    std::vector<std::int64_t> a_steps, b_steps;
};

Runs merged(const HzBinary& op) {
    Runs runs;
    std::int64_t a_stride = 1;
    std::int64_t b_stride = 1;
    for (std::int32_t axis = op.out.rank - 1; axis >= 0; --axis) {
        const std::int64_t size = op.out.dims[axis];
        if (size == 1) continue;
        const std::int64_t a = op.a.dims[axis] == 1 ? 0 : a_stride;
        const std::int64_t b = op.b.dims[axis] == 1 ? 0 : b_stride;
        a_stride *= op.a.dims[axis];
        b_stride *= op.b.dims[axis];
        if (!runs.sizes.empty()) {
            const std::int64_t inner = runs.sizes.front();
            const auto joins = [inner](std::int64_t outer, std::int64_t step) {
                return outer == step * inner;
            };
            if (joins(a, runs.a_steps.front()) && joins(b, runs.b_steps.front())) {
                runs.sizes.front() *= size;
                continue;
            }
        }
        runs.sizes.insert(runs.sizes.begin(), size);
        runs.a_steps.insert(runs.a_steps.begin(), a);
        runs.b_steps.insert(runs.b_steps.begin(), b);
    }
    if (runs.sizes.empty()) return {{1}, {0}, {0}};
    return runs;
}

void binary_run(const Kernels& kernels, int kind, const float* a, std::int64_t a_step, const float* b,
                std::int64_t b_step, float* out, std::int64_t n) {
    if (a_step == 1 && b_step == 1) return kernels.binary(kind, a, b, out, n);
    if (a_step == 1 && b_step == 0) return kernels.binary_scalar(kind, a, *b, out, n);
    for (std::int64_t i = 0; i < n; ++i) {
        const float left = a[i * a_step];
        const float right = b[i * b_step];
        switch (kind) {
            case HZ_BINARY_ADD: out[i] = left + right; break;
            case HZ_BINARY_SUB: out[i] = left - right; break;
            case HZ_BINARY_MUL: out[i] = left * right; break;
            default: out[i] = left / right; break;
        }
    }
}

}  // namespace

void unary_forward(State& state, const HzUnary& a) {
    parallel_for(state, count(a.x), kGrain, [&](std::int64_t begin, std::int64_t end) {
        state.kernels->unary(a.kind, a.alpha, a.beta, floats(a.x) + begin, floats(a.y) + begin, end - begin);
    });
}

void unary_backward(State& state, const HzUnary& a) {
    parallel_for(state, count(a.x), kGrain, [&](std::int64_t begin, std::int64_t end) {
        state.kernels->unary_backward(a.kind, a.alpha, a.beta, floats(a.x) + begin, floats(a.y) + begin,
                                      floats(a.dy) + begin, floats(a.dx) + begin, end - begin);
    });
}

void binary(State& state, const HzBinary& op) {
    if (count(op.out) == 0) return;
    const Runs runs = merged(op);
    const std::size_t last = runs.sizes.size() - 1;
    const std::int64_t inner = runs.sizes[last];
    if (last == 0) {
        parallel_for(state, inner, kGrain, [&](std::int64_t begin, std::int64_t end) {
            binary_run(*state.kernels, op.kind, floats(op.a) + begin * runs.a_steps[0], runs.a_steps[0],
                       floats(op.b) + begin * runs.b_steps[0], runs.b_steps[0], floats(op.out) + begin,
                       end - begin);
        });
        return;
    }
    const std::int64_t outer = count(op.out) / inner;
    parallel_for(state, outer, std::max<std::int64_t>(1, kGrain / inner),
                 [&](std::int64_t begin, std::int64_t end) {
                     for (std::int64_t i = begin; i < end; ++i) {
                         std::int64_t rest = i;
                         std::int64_t a = 0;
                         std::int64_t b = 0;
                         for (std::size_t axis = last; axis-- > 0;) {
                             a += rest % runs.sizes[axis] * runs.a_steps[axis];
                             b += rest % runs.sizes[axis] * runs.b_steps[axis];
                             rest /= runs.sizes[axis];
                         }
                         binary_run(*state.kernels, op.kind, floats(op.a) + a, runs.a_steps[last],
                                    floats(op.b) + b, runs.b_steps[last], floats(op.out) + i * inner, inner);
                     }
                 });
}

void dropout(State& state, const HzDropout& a) {
    const auto threshold = static_cast<std::uint64_t>(static_cast<double>(a.p) * 0x1.0p32);
    const float scale = 1.0F / (1.0F - a.p);
    const std::array<std::uint32_t, 2> key{static_cast<std::uint32_t>(a.seed),
                                           static_cast<std::uint32_t>(a.seed >> 32U)};
    const std::int64_t total = count(a.x);
    parallel_for(state, (total + 3) / 4, kGrain / 16, [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t block = begin; block < end; ++block) {
            const auto index = static_cast<std::uint64_t>(block);
            const auto words = philox4x32_10(
                {static_cast<std::uint32_t>(index), static_cast<std::uint32_t>(index >> 32U),
                 static_cast<std::uint32_t>(a.offset), static_cast<std::uint32_t>(a.offset >> 32U)},
                key);
            for (std::int64_t i = 4 * block; i < std::min(total, 4 * block + 4); ++i) {
                floats(a.y)[i] =
                    words[static_cast<std::size_t>(i % 4)] >= threshold ? floats(a.x)[i] * scale : 0.0F;
            }
        }
    });
}

}  // namespace huizhen::engine::cpu
