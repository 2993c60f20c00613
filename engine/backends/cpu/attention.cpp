// Attention in tiles of query rows: one head's [kQueries, Lk] scores at a time, never the whole matrix. Tiles
// of one head are done by one thread in order.

#include <cmath>
#include <cstring>
#include <limits>

#include "gemm.h"
#include "state.h"

namespace huizhen::engine::cpu {
namespace {

constexpr std::int64_t kQueries = 64;

struct Head {
    std::int64_t queries, keys, depth;
    const float *q, *k, *v, *mask;
    std::int64_t q_offset, k_offset, s_offset;
};

Head head_of(const HzAttention& a, std::int64_t index) {
    Head h{};
    h.queries = a.q.dims[2];
    h.keys = a.k.dims[2];
    h.depth = a.q.dims[3];
    h.q_offset = index * h.queries * h.depth;
    h.k_offset = index * h.keys * h.depth;
    h.s_offset = index * h.queries;
    h.q = floats(a.q) + h.q_offset;
    h.k = floats(a.k) + h.k_offset;
    h.v = floats(a.v) + h.k_offset;
    h.mask = present(a.key_mask) ? floats(a.key_mask) + index / a.q.dims[1] * h.keys : nullptr;
    return h;
}

// scores [rows, keys] = scale q k^T, masked.
void scores_of(const HzAttention& a, const Head& h, std::int64_t first, std::int64_t rows, float* scores) {
    gemm({false, true, rows, h.keys, h.depth, a.scale, h.q + first * h.depth, h.depth, h.k, h.depth, 0.0F,
          scores, h.keys});
    if (h.mask == nullptr) return;
    for (std::int64_t i = 0; i < rows; ++i) {
        for (std::int64_t j = 0; j < h.keys; ++j) {
            if (h.mask[j] == 0.0F) scores[i * h.keys + j] = -std::numeric_limits<float>::infinity();
        }
    }
}

void forward_head(const State& state, const HzAttention& a, const Head& h) {
    float* scores = scratch(static_cast<std::size_t>(kQueries * h.keys));
    for (std::int64_t first = 0; first < h.queries; first += kQueries) {
        const std::int64_t rows = std::min(kQueries, h.queries - first);
        scores_of(a, h, first, rows, scores);
        for (std::int64_t i = 0; i < rows; ++i) {
            float* row = scores + i * h.keys;
            float& log_sum = floats(a.log_sum)[h.s_offset + first + i];
            const float highest = state.kernels->maximum(row, h.keys);
            if (highest == -std::numeric_limits<float>::infinity()) {  // every key is hidden
                std::fill_n(row, h.keys, 0.0F);
                log_sum = std::numeric_limits<float>::infinity();
                continue;
            }
            const float total = state.kernels->exp_sum(row, highest, row, h.keys);
            log_sum = highest + std::log(total);
            state.kernels->axpby(1.0F / total, row, 0.0F, row, h.keys);
        }
        gemm({false, false, rows, h.depth, h.keys, 1.0F, scores, h.keys, h.v, h.depth, 0.0F,
              floats(a.out) + h.q_offset + first * h.depth, h.depth});
    }
}

void backward_head(const State& state, const HzAttention& a, const Head& h) {
    float* p = scratch(static_cast<std::size_t>(kQueries * h.keys), 0);
    float* dp = scratch(static_cast<std::size_t>(kQueries * h.keys), 1);
    float* dk = floats(a.dk) + h.k_offset;
    float* dv = floats(a.dv) + h.k_offset;
    for (std::int64_t first = 0; first < h.queries; first += kQueries) {
        const std::int64_t rows = std::min(kQueries, h.queries - first);
        const float* out = floats(a.out) + h.q_offset + first * h.depth;
        const float* dout = floats(a.dout) + h.q_offset + first * h.depth;
        const float add = first == 0 ? 0.0F : 1.0F;
        scores_of(a, h, first, rows, p);
        gemm({false, true, rows, h.keys, h.depth, 1.0F, dout, h.depth, h.v, h.depth, 0.0F, dp, h.keys});
        for (std::int64_t i = 0; i < rows; ++i) {
            float* row = p + i * h.keys;
            // log_sum is +inf where every key is hidden: all probabilities are 0 then
            const float log_sum = floats(a.log_sum)[h.s_offset + first + i];
            if (std::isinf(log_sum)) {
                std::fill_n(row, h.keys, 0.0F);
            } else {
                state.kernels->exp_sum(row, log_sum, row, h.keys);
            }
            const float mean = state.kernels->dot(out + i * h.depth, dout + i * h.depth, h.depth);
            float* slope = dp + i * h.keys;
            for (std::int64_t j = 0; j < h.keys; ++j) slope[j] = row[j] * (slope[j] - mean) * a.scale;
        }
        gemm({true, false, h.keys, h.depth, rows, 1.0F, p, h.keys, dout, h.depth, add, dv, h.depth});
        gemm({true, false, h.keys, h.depth, rows, 1.0F, dp, h.keys, h.q + first * h.depth, h.depth, add, dk,
              h.depth});
        gemm({false, false, rows, h.depth, h.keys, 1.0F, dp, h.keys, h.k, h.depth, 0.0F,
              floats(a.dq) + h.q_offset + first * h.depth, h.depth});
    }
}

}  // namespace

void attention_forward(State& state, const HzAttention& a) {
    parallel_for(state, a.q.dims[0] * a.q.dims[1], 1, [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t i = begin; i < end; ++i) forward_head(state, a, head_of(a, i));
    });
}

void attention_backward(State& state, const HzAttention& a) {
    parallel_for(state, a.q.dims[0] * a.q.dims[1], 1, [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t i = begin; i < end; ++i) backward_head(state, a, head_of(a, i));
    });
}

void softmax_forward(State& state, const HzSoftmax& a) {
    const std::int64_t columns = a.x.dims[1];
    parallel_for(state, a.x.dims[0], std::max<std::int64_t>(1, kGrain / std::max<std::int64_t>(1, columns)),
                 [&](std::int64_t begin, std::int64_t end) {
                     for (std::int64_t r = begin; r < end; ++r) {
                         const float* x = floats(a.x) + r * columns;
                         float* y = floats(a.y) + r * columns;
                         const float highest = state.kernels->maximum(x, columns);
                         const float total = state.kernels->exp_sum(x, highest, y, columns);
                         if (a.logarithm == 0) {
                             state.kernels->axpby(1.0F / total, y, 0.0F, y, columns);
                             continue;
                         }
                         const float down = highest + std::log(total);
                         for (std::int64_t c = 0; c < columns; ++c) y[c] = x[c] - down;
                     }
                 });
}

void softmax_backward(State& state, const HzSoftmax& a) {
    const std::int64_t columns = a.y.dims[1];
    parallel_for(state, a.y.dims[0], std::max<std::int64_t>(1, kGrain / std::max<std::int64_t>(1, columns)),
                 [&](std::int64_t begin, std::int64_t end) {
                     for (std::int64_t r = begin; r < end; ++r) {
                         const float* y = floats(a.y) + r * columns;
                         const float* dy = floats(a.dy) + r * columns;
                         float* dx = floats(a.dx) + r * columns;
                         if (a.logarithm == 0) {
                             const float total = state.kernels->dot(y, dy, columns);
                             for (std::int64_t c = 0; c < columns; ++c) dx[c] = y[c] * (dy[c] - total);
                             continue;
                         }
                         const auto total = static_cast<float>(state.kernels->sum(dy, columns));
                         state.kernels->exp_sum(y, 0.0F, dx, columns);
                         for (std::int64_t c = 0; c < columns; ++c) dx[c] = dy[c] - dx[c] * total;
                     }
                 });
}

}  // namespace huizhen::engine::cpu
