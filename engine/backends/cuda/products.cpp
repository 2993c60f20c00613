// Matrix products and convolutions: the libraries' work, and what they leave to us.

#include "convolution.h"
#include "state.h"

namespace huizhen::engine::cuda {
namespace {

// out += nothing: with no term to sum, only beta and the epilogue are left.
void without_terms(State& s, const HzMatmul& m) {
    if (m.beta == 0.0F) {
        zero(s, m.out);
    } else {
        axpby(s, {m.out, m.out, m.beta, 0.0F});
    }
}

std::int64_t spatial(const HzTensor& t) {
    std::int64_t product = 1;
    for (std::int32_t axis = 2; axis < t.rank; ++axis) product *= t.dims[axis];
    return product;
}

}  // namespace

void matmul(State& s, const HzMatmul& m) {
    const std::int64_t elements = count(m.out);
    if (elements == 0) return;
    Gemm g;
    g.a = floats(m.a);
    g.b = floats(m.b);
    g.out = floats(m.out);
    g.batch = m.out.dims[0];
    g.rows = m.out.dims[1];
    g.columns = m.out.dims[2];
    g.inner = m.transpose_a != 0 ? m.a.dims[1] : m.a.dims[2];
    g.transpose_a = m.transpose_a != 0;
    g.transpose_b = m.transpose_b != 0;
    g.stride_a = m.a.dims[0] == 1 ? 0 : g.rows * g.inner;
    g.stride_b = m.b.dims[0] == 1 ? 0 : g.columns * g.inner;
    g.stride_out = g.rows * g.columns;
    g.alpha = m.alpha;
    g.beta = m.beta;
    if (g.inner > 0) {
        s.blas.multiply(g);
    } else {
        without_terms(s, m);
    }
    apply(s, {floats(m.bias), 1, g.columns, m.activation}, g.out, elements);
}

void conv_forward(State& s, const HzConv& c) {
    const std::int64_t elements = count(c.y);
    if (elements == 0) return;
    if (count(c.x) == 0) {
        zero(s, c.y);  // no input channels
    } else if (!s.dnn.forward(c)) {
        plain_conv_forward(s, c);
    }
    apply(s, {floats(c.bias), spatial(c.y), c.y.dims[1], c.activation}, floats(c.y), elements);
}

void conv_backward_data(State& s, const HzConv& c) {
    if (count(c.x) == 0) return;
    if (count(c.y) == 0) {
        zero(s, c.x);
    } else if (!s.dnn.backward_data(c)) {
        plain_conv_backward_data(s, c);
    }
}

void conv_backward_weights(State& s, const HzConv& c) {
    if (count(c.x) == 0 || count(c.y) == 0) {
        zero(s, c.w);
    } else if (!s.dnn.backward_weights(c)) {
        plain_conv_backward_weights(s, c);
    }
    if (!present(c.bias)) return;
    // Sums of [N, Co, positions] over all but Co.
    HzReduce sums{c.y, c.bias, HZ_REDUCE_SUM};
    sums.x.rank = 3;
    sums.x.dims[2] = spatial(c.y);
    sums.out.rank = 3;
    sums.out.dims[0] = 1;
    sums.out.dims[1] = c.y.dims[1];
    sums.out.dims[2] = 1;
    reduce(s, sums);
}

}  // namespace huizhen::engine::cuda
