// Softmax and what is made of it: cross entropy, attention. One block a row; sums in double.

#include "kernel.h"
#include "loss.h"

namespace huizhen::engine::cuda {
namespace {

// The row's largest value, and the sum of exponentials below it.
struct RowSums {
    float highest;
    double total;
};

__device__ RowSums row_sums(const float* x, std::int64_t columns) {
    float highest = -HUGE_VALF;
    for (std::int64_t c = threadIdx.x; c < columns; c += blockDim.x) highest = Max{}(highest, x[c]);
    highest = block_reduce(highest, -HUGE_VALF, Max{});
    double total = 0.0;
    for (std::int64_t c = threadIdx.x; c < columns; c += blockDim.x) {
        total += static_cast<double>(expf(x[c] - highest));
    }
    return {highest, block_reduce(total, 0.0, Sum{})};
}

__global__ void softmax_forward_kernel(const float* x, float* y, std::int64_t columns, bool logarithm) {
    x += blockIdx.x * columns;
    y += blockIdx.x * columns;
    const RowSums sums = row_sums(x, columns);
    const auto log_total = static_cast<float>(log(sums.total));
    const auto inverse = static_cast<float>(1.0 / sums.total);
    for (std::int64_t c = threadIdx.x; c < columns; c += blockDim.x) {
        const float shifted = x[c] - sums.highest;
        y[c] = logarithm ? shifted - log_total : expf(shifted) * inverse;
    }
}

__global__ void softmax_backward_kernel(const float* y, const float* dy, float* dx, std::int64_t columns,
                                        bool logarithm) {
    y += blockIdx.x * columns;
    dy += blockIdx.x * columns;
    dx += blockIdx.x * columns;
    double total = 0.0;
    for (std::int64_t c = threadIdx.x; c < columns; c += blockDim.x) {
        total += static_cast<double>(dy[c]) * (logarithm ? 1.0 : static_cast<double>(y[c]));
    }
    const auto sum = static_cast<float>(block_reduce(total, 0.0, Sum{}));
    for (std::int64_t c = threadIdx.x; c < columns; c += blockDim.x) {
        dx[c] = logarithm ? dy[c] - expf(y[c]) * sum : y[c] * (dy[c] - sum);
    }
}

__global__ void cross_entropy_kernel(const float* x, const std::int32_t* target, const float* weight,
                                     float* loss, std::int64_t columns) {
    const std::int64_t row = blockIdx.x;
    x += row * columns;
    const RowSums sums = row_sums(x, columns);
    if (threadIdx.x != 0) return;
    const float share = weight != nullptr ? weight[row] : 1.0F;
    // An element without weight may hold anything.
    const double value =
        log(sums.total) + (static_cast<double>(sums.highest) - static_cast<double>(x[target[row]]));
    loss[row] = share == 0.0F ? 0.0F : share * static_cast<float>(value);
}

__global__ void cross_entropy_slope_kernel(const float* x, const std::int32_t* target, const float* weight,
                                           const float* scale, float* dx, std::int64_t columns) {
    const std::int64_t row = blockIdx.x;
    x += row * columns;
    dx += row * columns;
    const RowSums sums = row_sums(x, columns);
    const auto inverse = static_cast<float>(1.0 / sums.total);
    const float share = scale[0] * (weight != nullptr ? weight[row] : 1.0F);
    for (std::int64_t c = threadIdx.x; c < columns; c += blockDim.x) {
        const float slope = expf(x[c] - sums.highest) * inverse - (target[row] == c ? 1.0F : 0.0F);
        dx[c] = share == 0.0F ? 0.0F : share * slope;
    }
}

// A tile of rows [heads of all samples, tile, keys] of scores; row r of head h is query `first` + r.
struct Tile {
    std::int64_t rows, keys, heads, queries, first, depth;
    const float* mask;  // [samples, keys] or null

    __device__ const float* mask_of(std::int64_t block) const {
        return mask != nullptr ? mask + block / rows / heads * keys : nullptr;
    }
    // Where this row's query stands among [samples x heads, queries].
    __device__ std::int64_t query(std::int64_t block) const {
        return block / rows * queries + first + block % rows;
    }
};

// scores -> probabilities in place. A row that sees no key gives zeros, and a log_sum that makes backward do
// so.
__global__ void attention_rows_kernel(Tile tile, float* scores, float* log_sum) {
    const std::int64_t block = blockIdx.x;
    float* row = scores + block * tile.keys;
    const float* mask = tile.mask_of(block);
    float highest = -HUGE_VALF;
    for (std::int64_t j = threadIdx.x; j < tile.keys; j += blockDim.x) {
        if (mask == nullptr || mask[j] != 0.0F) highest = Max{}(highest, row[j]);
    }
    highest = block_reduce(highest, -HUGE_VALF, Max{});
    double total = 0.0;
    for (std::int64_t j = threadIdx.x; j < tile.keys; j += blockDim.x) {
        const bool seen = mask == nullptr || mask[j] != 0.0F;
        const float e = seen ? expf(row[j] - highest) : 0.0F;
        row[j] = e;
        total += static_cast<double>(e);
    }
    total = block_reduce(total, 0.0, Sum{});
    const float inverse = total > 0.0 ? static_cast<float>(1.0 / total) : 0.0F;
    for (std::int64_t j = threadIdx.x; j < tile.keys; j += blockDim.x) row[j] *= inverse;
    if (threadIdx.x == 0) {
        log_sum[tile.query(block)] =
            total > 0.0 ? static_cast<float>(static_cast<double>(highest) + log(total)) : HUGE_VALF;
    }
}

// scores -> probabilities; dp = dout v^T -> their slopes, times scale.
__global__ void attention_slopes_kernel(Tile tile, float* scores, float* dp, const float* log_sum,
                                        const float* out, const float* dout, float scale) {
    const std::int64_t block = blockIdx.x;
    const std::int64_t query = tile.query(block);
    const float* mask = tile.mask_of(block);
    double dot = 0.0;  // sum_j p_j dp_j = dout . out
    for (std::int64_t c = threadIdx.x; c < tile.depth; c += blockDim.x) {
        const std::int64_t at = query * tile.depth + c;
        dot += static_cast<double>(dout[at]) * static_cast<double>(out[at]);
    }
    const auto mean = static_cast<float>(block_reduce(dot, 0.0, Sum{}));
    float* p = scores + block * tile.keys;
    float* ds = dp + block * tile.keys;
    for (std::int64_t j = threadIdx.x; j < tile.keys; j += blockDim.x) {
        const bool seen = mask == nullptr || mask[j] != 0.0F;
        p[j] = seen ? expf(p[j] - log_sum[query]) : 0.0F;
        ds[j] = p[j] * (ds[j] - mean) * scale;
    }
}

struct Fill {
    float* out;
    float value;
    __device__ void operator()(std::int64_t i) const { out[i] = value; }
};

// Products over heads and samples at once, a tile of queries at a time, so that memory grows with the number
// of keys and not with its square.
class Attention {
  public:
    Attention(State& state, const HzAttention& arguments)
        : s_(state),
          a_(arguments),
          heads_(a_.q.dims[0] * a_.q.dims[1]),
          queries_(a_.q.dims[2]),
          keys_(a_.k.dims[2]),
          depth_(a_.q.dims[3]) {
        tile_rows_ = keys_ > 0 && heads_ > 0 ? kAttentionTile / (heads_ * keys_) : queries_;
        if (tile_rows_ < 1) tile_rows_ = 1;
        if (tile_rows_ > queries_) tile_rows_ = queries_;
    }

    bool empty() const { return heads_ == 0 || queries_ == 0 || keys_ == 0 || depth_ == 0; }
    std::size_t tile_bytes() const {
        return static_cast<std::size_t>(heads_ * tile_rows_ * keys_) * sizeof(float);
    }
    template <typename F>
    void for_each_tile(F f) const {
        for (std::int64_t first = 0; first < queries_; first += tile_rows_) {
            const std::int64_t rows = queries_ - first < tile_rows_ ? queries_ - first : tile_rows_;
            f(Tile{rows, keys_, a_.q.dims[1], queries_, first, depth_, floats(a_.key_mask)});
        }
    }
    std::int64_t blocks(const Tile& tile) const { return heads_ * tile.rows; }

    // out [tile, keys] = scale * queries' rows of `from` times `to`^T
    void rows_by_keys(const Tile& t, const HzTensor& from, const HzTensor& to, float scale,
                      float* out) const {
        Gemm g = product(t.rows, keys_, depth_);
        g.a = floats(from) + t.first * depth_;
        g.stride_a = queries_ * depth_;
        g.b = floats(to);
        g.stride_b = keys_ * depth_;
        g.transpose_b = true;
        g.out = out;
        g.stride_out = t.rows * keys_;
        g.alpha = scale;
        s_.blas.multiply(g);
    }
    // queries' rows of `out` = tile [tile, keys] times `by` [keys, depth]
    void tile_by_keys(const Tile& t, const float* tile, const HzTensor& by, const HzTensor& out) const {
        Gemm g = product(t.rows, depth_, keys_);
        g.a = tile;
        g.stride_a = t.rows * keys_;
        g.b = floats(by);
        g.stride_b = keys_ * depth_;
        g.out = floats(out) + t.first * depth_;
        g.stride_out = queries_ * depth_;
        s_.blas.multiply(g);
    }
    // `out` [keys, depth] (+)= tile^T times queries' rows of `by`; the first tile overwrites
    void tile_transposed(const Tile& t, const float* tile, const HzTensor& by, const HzTensor& out) const {
        Gemm g = product(keys_, depth_, t.rows);
        g.a = tile;
        g.stride_a = t.rows * keys_;
        g.transpose_a = true;
        g.b = floats(by) + t.first * depth_;
        g.stride_b = queries_ * depth_;
        g.out = floats(out);
        g.stride_out = keys_ * depth_;
        g.beta = t.first == 0 ? 0.0F : 1.0F;
        s_.blas.multiply(g);
    }

  private:
    Gemm product(std::int64_t rows, std::int64_t columns, std::int64_t inner) const {
        Gemm g;
        g.batch = heads_;
        g.rows = rows;
        g.columns = columns;
        g.inner = inner;
        return g;
    }

    State& s_;
    const HzAttention& a_;
    std::int64_t heads_, queries_, keys_, depth_;
    std::int64_t tile_rows_ = 1;
};

}  // namespace

void softmax_forward(State& s, const HzSoftmax& a) {
    if (count(a.x) == 0) return;
    launch(s.device.stream(), a.x.dims[0], threads_for(a.x.dims[1]), softmax_forward_kernel,
           static_cast<const float*>(floats(a.x)), floats(a.y), a.x.dims[1], a.logarithm != 0);
}

void softmax_backward(State& s, const HzSoftmax& a) {
    if (count(a.y) == 0) return;
    launch(s.device.stream(), a.y.dims[0], threads_for(a.y.dims[1]), softmax_backward_kernel,
           static_cast<const float*>(floats(a.y)), static_cast<const float*>(floats(a.dy)), floats(a.dx),
           a.y.dims[1], a.logarithm != 0);
}

void cross_entropy(State& s, const HzLoss& a) {
    if (count(a.x) == 0) return;
    launch(s.device.stream(), a.x.dims[0], threads_for(a.x.dims[1]), cross_entropy_kernel,
           static_cast<const float*>(floats(a.x)), static_cast<const std::int32_t*>(indices(a.target)),
           static_cast<const float*>(floats(a.weight)), floats(a.loss), a.x.dims[1]);
}

void cross_entropy_slope(State& s, const HzLoss& a) {
    if (count(a.x) == 0) return;
    launch(s.device.stream(), a.x.dims[0], threads_for(a.x.dims[1]), cross_entropy_slope_kernel,
           static_cast<const float*>(floats(a.x)), static_cast<const std::int32_t*>(indices(a.target)),
           static_cast<const float*>(floats(a.weight)), static_cast<const float*>(floats(a.scale)),
           floats(a.dx), a.x.dims[1]);
}

void attention_forward(State& s, const HzAttention& a) {
    const Attention attention(s, a);
    if (attention.empty()) {
        zero(s, a.out);
        for_each(s, count(a.log_sum), Fill{floats(a.log_sum), HUGE_VALF});
        return;
    }
    const Workspace scores(s.device, attention.tile_bytes());
    attention.for_each_tile([&](const Tile& t) {
        attention.rows_by_keys(t, a.q, a.k, a.scale, scores.as<float>());
        launch(s.device.stream(), attention.blocks(t), threads_for(t.keys), attention_rows_kernel, t,
               scores.as<float>(), floats(a.log_sum));
        attention.tile_by_keys(t, scores.as<float>(), a.v, a.out);
    });
}

void attention_backward(State& s, const HzAttention& a) {
    const Attention attention(s, a);
    if (attention.empty()) {
        for (const HzTensor& gradient : {a.dq, a.dk, a.dv}) zero(s, gradient);
        return;
    }
    const Workspace scores(s.device, attention.tile_bytes());
    const Workspace slopes(s.device, attention.tile_bytes());
    attention.for_each_tile([&](const Tile& t) {
        float* p = scores.as<float>();
        float* ds = slopes.as<float>();
        attention.rows_by_keys(t, a.q, a.k, a.scale, p);
        attention.rows_by_keys(t, a.dout, a.v, 1.0F, ds);
        launch(s.device.stream(), attention.blocks(t), threads_for(t.keys), attention_slopes_kernel, t, p, ds,
               static_cast<const float*>(floats(a.log_sum)), static_cast<const float*>(floats(a.out)),
               static_cast<const float*>(floats(a.dout)), a.scale);
        attention.tile_by_keys(t, ds, a.k, a.dq);
        attention.tile_transposed(t, ds, a.q, a.dk);
        attention.tile_transposed(t, p, a.dout, a.dv);
    });
}

}  // namespace huizhen::engine::cuda
