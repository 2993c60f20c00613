// One value in, one value out: unary, binary, dropout, axpby, AdamW, and the epilogue of products.

#include <huizhen/tensor/philox4x32.h>

#include "scalar_math.h"

namespace huizhen::engine::cuda {
namespace {

struct UnaryForward {
    const float* x;
    float* y;
    std::int32_t kind;
    float alpha, beta;
    __device__ void operator()(std::int64_t i) const { y[i] = unary_value(x[i], kind, alpha, beta); }
};

struct UnaryBackward {
    const float* x;
    const float* dy;
    float* dx;
    std::int32_t kind;
    float alpha;
    __device__ void operator()(std::int64_t i) const { dx[i] = unary_slope(x[i], kind, alpha) * dy[i]; }
};

struct ApplyEpilogue {
    Epilogue epilogue;
    float* out;
    __device__ void operator()(std::int64_t i) const {
        float value = out[i];
        if (epilogue.bias != nullptr) value += epilogue.bias[i / epilogue.inner % epilogue.channels];
        out[i] = activate(value, epilogue.activation);
    }
};

__device__ float combined(float a, float b, std::int32_t kind) {
    switch (kind) {
        case HZ_BINARY_ADD: return a + b;
        case HZ_BINARY_SUB: return a - b;
        case HZ_BINARY_MUL: return a * b;
        default: return a / b;
    }
}

struct BinarySameShape {
    const float* a;
    const float* b;
    float* out;
    std::int32_t kind;
    __device__ void operator()(std::int64_t i) const { out[i] = combined(a[i], b[i], kind); }
};

// Strides of 0 where an operand is broadcast.
struct BinaryBroadcast {
    const float* a;
    const float* b;
    float* out;
    std::int32_t kind, rank;
    std::int64_t dims[HZ_MAX_RANK], a_strides[HZ_MAX_RANK], b_strides[HZ_MAX_RANK];
    __device__ void operator()(std::int64_t i) const {
        std::int64_t rest = i;
        std::int64_t in_a = 0;
        std::int64_t in_b = 0;
        for (std::int32_t axis = rank - 1; axis >= 0; --axis) {
            const std::int64_t at = rest % dims[axis];
            rest /= dims[axis];
            in_a += at * a_strides[axis];
            in_b += at * b_strides[axis];
        }
        out[i] = combined(a[in_a], b[in_b], kind);
    }
};

// Four elements: one block of Philox.
struct Dropout {
    const float* x;
    float* y;
    std::int64_t elements;
    std::uint64_t threshold, seed, offset;
    float scale;
    __device__ void operator()(std::int64_t block) const {
        const auto counter = static_cast<std::uint64_t>(block);
        const auto words =
            philox4x32_10({static_cast<std::uint32_t>(counter), static_cast<std::uint32_t>(counter >> 32U),
                           static_cast<std::uint32_t>(offset), static_cast<std::uint32_t>(offset >> 32U)},
                          {static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32U)});
        for (int word = 0; word < 4; ++word) {
            const std::int64_t i = 4 * block + word;
            if (i < elements) y[i] = words[static_cast<std::size_t>(word)] >= threshold ? x[i] * scale : 0.0F;
        }
    }
};

struct Axpby {
    const float* x;
    float* y;
    float alpha, beta;
    __device__ void operator()(std::int64_t i) const {
        y[i] = alpha * x[i] + (beta == 0.0F ? 0.0F : beta * y[i]);
    }
};

struct AdamW {
    float* w;
    const float* g;
    float* m;
    float* v;
    float learning_rate, beta1, beta2, epsilon, decay, gradient_scale, correction1, correction2;
    __device__ void operator()(std::int64_t i) const {
        const float gradient = g[i] * gradient_scale;
        const float mean = beta1 * m[i] + (1.0F - beta1) * gradient;
        const float square = beta2 * v[i] + (1.0F - beta2) * gradient * gradient;
        m[i] = mean;
        v[i] = square;
        w[i] -= learning_rate * (mean / correction1 / (sqrtf(square / correction2) + epsilon) + decay * w[i]);
    }
};

void set_strides(const HzTensor& t, std::int64_t* strides) {
    std::int64_t step = 1;
    for (std::int32_t axis = t.rank - 1; axis >= 0; --axis) {
        strides[axis] = t.dims[axis] == 1 ? 0 : step;
        step *= t.dims[axis];
    }
}

}  // namespace

void apply(State& s, const Epilogue& epilogue, float* out, std::int64_t elements) {
    if (epilogue.bias == nullptr && epilogue.activation == HZ_ACT_NONE) return;
    for_each(s, elements, ApplyEpilogue{epilogue, out});
}

void unary_forward(State& s, const HzUnary& a) {
    for_each(s, count(a.x), UnaryForward{floats(a.x), floats(a.y), a.kind, a.alpha, a.beta});
}

void unary_backward(State& s, const HzUnary& a) {
    for_each(s, count(a.x), UnaryBackward{floats(a.x), floats(a.dy), floats(a.dx), a.kind, a.alpha});
}

void binary(State& s, const HzBinary& a) {
    const std::int64_t elements = count(a.out);
    if (count(a.a) == elements && count(a.b) == elements) {
        for_each(s, elements, BinarySameShape{floats(a.a), floats(a.b), floats(a.out), a.kind});
        return;
    }
    BinaryBroadcast body{floats(a.a), floats(a.b), floats(a.out), a.kind, a.out.rank, {}, {}, {}};
    for (std::int32_t axis = 0; axis < a.out.rank; ++axis) body.dims[axis] = a.out.dims[axis];
    set_strides(a.a, body.a_strides);
    set_strides(a.b, body.b_strides);
    for_each(s, elements, body);
}

void dropout(State& s, const HzDropout& a) {
    const auto threshold = static_cast<std::uint64_t>(static_cast<double>(a.p) * 0x1.0p32);
    const std::int64_t elements = count(a.x);
    for_each(s, (elements + 3) / 4,
             Dropout{floats(a.x), floats(a.y), elements, threshold, a.seed, a.offset, 1.0F / (1.0F - a.p)});
}

void axpby(State& s, const HzAxpby& a) {
    for_each(s, count(a.x), Axpby{floats(a.x), floats(a.y), a.alpha, a.beta});
}

void adamw(State& s, const HzAdamW& a) {
    for_each(s, count(a.w),
             AdamW{floats(a.w), floats(a.g), floats(a.m), floats(a.v), a.learning_rate, a.beta1, a.beta2,
                   a.epsilon, a.decay, a.gradient_scale, a.correction1, a.correction2});
}

}  // namespace huizhen::engine::cuda
