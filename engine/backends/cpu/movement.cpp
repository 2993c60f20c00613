#include <cstring>

#include "state.h"

namespace huizhen::engine::cpu {
namespace {

// x seen as [outer, middle, inner] with the middle reduced; see supports_reduce for what does not fit.
struct Folded {
    std::int64_t outer = 1, middle = 1, inner = 1;
};

Folded fold(const HzReduce& a) {
    Folded f;
    std::int32_t axis = a.x.rank - 1;
    const auto reduced = [&](std::int32_t i) { return a.out.dims[i] == 1 && a.x.dims[i] != 1; };
    for (; axis >= 0 && !reduced(axis); --axis) f.inner *= a.x.dims[axis];
    for (; axis >= 0 && (reduced(axis) || a.x.dims[axis] == 1); --axis) f.middle *= a.x.dims[axis];
    for (; axis >= 0; --axis) f.outer *= a.x.dims[axis];
    return f;
}

constexpr std::int64_t kRun = 65536;  // of one sum by one task: cut alike for any number of threads

// Sums of x[0, n) in runs, each run by one task, runs added in order.
double long_sum(State& state, const float* x, std::int64_t n, bool squares) {
    const std::int64_t runs = (n + kRun - 1) / kRun;
    std::vector<double> partial(static_cast<std::size_t>(runs), 0.0);
    parallel_for(state, runs, 1, [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t i = begin; i < end; ++i) {
            const std::int64_t length = std::min(kRun, n - i * kRun);
            partial[static_cast<std::size_t>(i)] = squares ? state.kernels->sum_squares(x + i * kRun, length)
                                                           : state.kernels->sum(x + i * kRun, length);
        }
    });
    double total = 0.0;
    for (const double p : partial) total += p;
    return total;
}

// One [middle, inner] matrix summed over its rows: float over short runs, double over the runs.
void sum_rows(const State& state, const float* x, std::int64_t middle, std::int64_t inner, bool squares,
              double share, float* out) {
    constexpr std::int64_t kRows = 512;
    std::vector<double> total(static_cast<std::size_t>(inner), 0.0);
    float* partial = scratch(static_cast<std::size_t>(2 * inner));
    for (std::int64_t first = 0; first < middle; first += kRows) {
        std::fill_n(partial, 2 * inner, 0.0F);
        state.kernels->channel_sums(x + first * inner, std::min(kRows, middle - first), inner, partial,
                                    partial + inner);
        for (std::int64_t i = 0; i < inner; ++i) {
            total[static_cast<std::size_t>(i)] += static_cast<double>(partial[squares ? inner + i : i]);
        }
    }
    for (std::int64_t i = 0; i < inner; ++i)
        out[i] = static_cast<float>(total[static_cast<std::size_t>(i)] * share);
}

}  // namespace

void reduce(State& state, const HzReduce& a) {
    const Folded f = fold(a);
    const bool squares = a.kind == HZ_REDUCE_SUM_SQUARES;
    const double share = a.kind == HZ_REDUCE_MEAN ? 1.0 / static_cast<double>(f.middle) : 1.0;
    if (f.inner == 1 && f.outer == 1 && a.kind != HZ_REDUCE_MAX) {
        floats(a.out)[0] = static_cast<float>(long_sum(state, floats(a.x), f.middle, squares) * share);
        return;
    }
    const std::int64_t grain =
        std::max<std::int64_t>(1, kGrain / std::max<std::int64_t>(1, f.middle * f.inner));
    parallel_for(state, f.outer, grain, [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t o = begin; o < end; ++o) {
            const float* x = floats(a.x) + o * f.middle * f.inner;
            float* out = floats(a.out) + o * f.inner;
            if (f.inner > 1 && a.kind == HZ_REDUCE_MAX) {
                std::copy_n(x, f.inner, out);
                for (std::int64_t i = f.inner; i < f.middle * f.inner; ++i) {
                    out[i % f.inner] = std::max(out[i % f.inner], x[i]);
                }
            } else if (f.inner > 1) {
                sum_rows(state, x, f.middle, f.inner, squares, share, out);
            } else if (a.kind == HZ_REDUCE_MAX) {
                *out = state.kernels->maximum(x, f.middle);
            } else {
                *out = static_cast<float>(
                    (squares ? state.kernels->sum_squares(x, f.middle) : state.kernels->sum(x, f.middle)) *
                    share);
            }
        }
    });
}

void gather_forward(State& /*state*/, const HzGather& a) {
    const std::int64_t width = a.table.dims[1];
    for (std::int64_t i = 0; i < a.index.dims[0]; ++i) {
        std::copy_n(floats(a.table) + indices(a.index)[i] * width, width, floats(a.out) + i * width);
    }
}

void gather_backward(State& state, const HzGather& a) {
    const std::int64_t width = a.table.dims[1];
    for (std::int64_t i = 0; i < a.index.dims[0]; ++i) {  // rows may repeat: in order, on one thread
        float* row = floats(a.table) + indices(a.index)[i] * width;
        state.kernels->binary(HZ_BINARY_ADD, row, floats(a.out) + i * width, row, width);
    }
}

void strided_copy(State& state, const HzStridedCopy& a) {
    if (a.rank == 0) {
        HzStridedCopy one = a;
        one.rank = 1;
        one.dims[0] = 1;
        return strided_copy(state, one);
    }
    const std::int32_t last = a.rank - 1;
    const std::int64_t inner = a.dims[last];
    std::int64_t outer = 1;
    for (std::int32_t axis = 0; axis < last; ++axis) outer *= a.dims[axis];
    if (inner == 0 || outer == 0) return;
    const std::int64_t from_step = a.from_strides[last];
    const std::int64_t to_step = a.to_strides[last];
    const auto copy_run = [&](const float* from, float* to) {
        if (a.accumulate != 0) {
            for (std::int64_t i = 0; i < inner; ++i) to[i * to_step] += from[i * from_step];
        } else if (from_step == 1 && to_step == 1) {
            std::memcpy(to, from, static_cast<std::size_t>(inner) * sizeof(float));
        } else {
            for (std::int64_t i = 0; i < inner; ++i) to[i * to_step] = from[i * from_step];
        }
    };
    const auto body = [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t i = begin; i < end; ++i) {
            std::int64_t rest = i;
            std::int64_t from = a.from_offset;
            std::int64_t to = a.to_offset;
            for (std::int32_t axis = last - 1; axis >= 0; --axis) {
                from += rest % a.dims[axis] * a.from_strides[axis];
                to += rest % a.dims[axis] * a.to_strides[axis];
                rest /= a.dims[axis];
            }
            copy_run(floats(a.from) + from, floats(a.to) + to);
        }
    };
    // Accumulation may meet one element twice.
    if (a.accumulate != 0) return body(0, outer);
    parallel_for(state, outer, std::max<std::int64_t>(1, kGrain / inner), body);
}

}  // namespace huizhen::engine::cpu
