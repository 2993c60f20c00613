#pragma once

// Elementwise loops and sums. Included by kernels_body.h only, once per instruction set.

#include <huizhen/tensor/backend_abi.h>

#include "vector_math.h"

namespace huizhen::engine::cpu {
namespace HUIZHEN_KERNEL_NAMESPACE {

HZ_INLINE Vec unary_value(int kind, Vec alpha, Vec beta, Vec x) {
    Vec density = {};
    const Vec zero = {};
    switch (kind) {
        case HZ_UNARY_RELU: return higher(x, zero);
        case HZ_UNARY_GELU: return x * normal_cdf(x, &density);
        case HZ_UNARY_SIGMOID: return logistic(x);
        case HZ_UNARY_TANH: return tanh_of(x);
        case HZ_UNARY_EXP: return exp_of(x);
        case HZ_UNARY_LOG: return log_of(x);
        case HZ_UNARY_SQUARE: return x * x;
        case HZ_UNARY_AFFINE: return alpha * x + beta;
        default: return higher(x, zero) + log_of(splat(1.0F) + exp_of(-absolute(x)));
    }
}

HZ_INLINE Vec unary_slope(int kind, Vec alpha, Vec x, Vec y) {
    const Vec one = splat(1.0F);
    const Vec zero = {};
    Vec density = {};
    switch (kind) {
        case HZ_UNARY_RELU: return choose(x > zero, one, zero);
        case HZ_UNARY_GELU: {
            const Vec cdf = normal_cdf(x, &density);
            return cdf + x * density;
        }
        case HZ_UNARY_SIGMOID: return y * (one - y);
        case HZ_UNARY_TANH: return one - y * y;
        case HZ_UNARY_EXP: return y;
        case HZ_UNARY_LOG: return one / x;
        case HZ_UNARY_SQUARE: return x + x;
        case HZ_UNARY_AFFINE: return alpha;
        default: return logistic(x);
    }
}

// Copies a tail shorter than a vector in and out of a whole one.
HZ_INLINE Vec load_tail(const float* p, std::ptrdiff_t n, float fill) {
    float whole[kLanes];
    for (int i = 0; i < kLanes; ++i) whole[i] = i < n ? p[i] : fill;
    return load(whole);
}
HZ_INLINE void store_tail(float* p, Vec v, std::ptrdiff_t n) {
    for (std::ptrdiff_t i = 0; i < n; ++i) p[i] = v[i];
}

template <int Kind>
static void unary_loop(float alpha, float beta, const float* x, float* y, std::ptrdiff_t n) {
    const Vec a = splat(alpha);
    const Vec b = splat(beta);
    std::ptrdiff_t i = 0;
    for (; i + kLanes <= n; i += kLanes) store(y + i, unary_value(Kind, a, b, load(x + i)));
    if (i < n) store_tail(y + i, unary_value(Kind, a, b, load_tail(x + i, n - i, 1.0F)), n - i);
}

template <int Kind>
static void unary_backward_loop(float alpha, const float* x, const float* y, const float* dy, float* dx,
                                std::ptrdiff_t n) {
    const Vec a = splat(alpha);
    std::ptrdiff_t i = 0;
    for (; i + kLanes <= n; i += kLanes) {
        store(dx + i, unary_slope(Kind, a, load(x + i), load(y + i)) * load(dy + i));
    }
    if (i < n) {
        const Vec slope = unary_slope(Kind, a, load_tail(x + i, n - i, 1.0F), load_tail(y + i, n - i, 1.0F));
        store_tail(dx + i, slope * load_tail(dy + i, n - i, 0.0F), n - i);
    }
}

static void unary(int kind, float alpha, float beta, const float* x, float* y, std::ptrdiff_t n) {
    switch (kind) {
        case HZ_UNARY_RELU: return unary_loop<HZ_UNARY_RELU>(alpha, beta, x, y, n);
        case HZ_UNARY_GELU: return unary_loop<HZ_UNARY_GELU>(alpha, beta, x, y, n);
        case HZ_UNARY_SIGMOID: return unary_loop<HZ_UNARY_SIGMOID>(alpha, beta, x, y, n);
        case HZ_UNARY_TANH: return unary_loop<HZ_UNARY_TANH>(alpha, beta, x, y, n);
        case HZ_UNARY_EXP: return unary_loop<HZ_UNARY_EXP>(alpha, beta, x, y, n);
        case HZ_UNARY_LOG: return unary_loop<HZ_UNARY_LOG>(alpha, beta, x, y, n);
        case HZ_UNARY_SQUARE: return unary_loop<HZ_UNARY_SQUARE>(alpha, beta, x, y, n);
        case HZ_UNARY_AFFINE: return unary_loop<HZ_UNARY_AFFINE>(alpha, beta, x, y, n);
        default: return unary_loop<HZ_UNARY_SOFTPLUS>(alpha, beta, x, y, n);
    }
}

static void unary_backward(int kind, float alpha, float /*beta*/, const float* x, const float* y,
                           const float* dy, float* dx, std::ptrdiff_t n) {
    switch (kind) {
        case HZ_UNARY_RELU: return unary_backward_loop<HZ_UNARY_RELU>(alpha, x, y, dy, dx, n);
        case HZ_UNARY_GELU: return unary_backward_loop<HZ_UNARY_GELU>(alpha, x, y, dy, dx, n);
        case HZ_UNARY_SIGMOID: return unary_backward_loop<HZ_UNARY_SIGMOID>(alpha, x, y, dy, dx, n);
        case HZ_UNARY_TANH: return unary_backward_loop<HZ_UNARY_TANH>(alpha, x, y, dy, dx, n);
        case HZ_UNARY_EXP: return unary_backward_loop<HZ_UNARY_EXP>(alpha, x, y, dy, dx, n);
        case HZ_UNARY_LOG: return unary_backward_loop<HZ_UNARY_LOG>(alpha, x, y, dy, dx, n);
        case HZ_UNARY_SQUARE: return unary_backward_loop<HZ_UNARY_SQUARE>(alpha, x, y, dy, dx, n);
        case HZ_UNARY_AFFINE: return unary_backward_loop<HZ_UNARY_AFFINE>(alpha, x, y, dy, dx, n);
        default: return unary_backward_loop<HZ_UNARY_SOFTPLUS>(alpha, x, y, dy, dx, n);
    }
}

template <typename F>
HZ_INLINE void binary_loop(const float* a, const float* b, float* out, std::ptrdiff_t n, F f) {
    std::ptrdiff_t i = 0;
    for (; i + kLanes <= n; i += kLanes) store(out + i, f(load(a + i), load(b + i)));
    if (i < n) store_tail(out + i, f(load_tail(a + i, n - i, 1.0F), load_tail(b + i, n - i, 1.0F)), n - i);
}

static void binary(int kind, const float* a, const float* b, float* out, std::ptrdiff_t n) {
    switch (kind) {
        case HZ_BINARY_ADD: return binary_loop(a, b, out, n, [](Vec x, Vec y) { return x + y; });
        case HZ_BINARY_SUB: return binary_loop(a, b, out, n, [](Vec x, Vec y) { return x - y; });
        case HZ_BINARY_MUL: return binary_loop(a, b, out, n, [](Vec x, Vec y) { return x * y; });
        default: return binary_loop(a, b, out, n, [](Vec x, Vec y) { return x / y; });
    }
}

static void binary_scalar(int kind, const float* a, float b, float* out, std::ptrdiff_t n) {
    for (std::ptrdiff_t i = 0; i < n; ++i) {
        switch (kind) {
            case HZ_BINARY_ADD: out[i] = a[i] + b; break;
            case HZ_BINARY_SUB: out[i] = a[i] - b; break;
            case HZ_BINARY_MUL: out[i] = a[i] * b; break;
            default: out[i] = a[i] / b; break;
        }
    }
}

static void axpby(float alpha, const float* x, float beta, float* y, std::ptrdiff_t n) {
    const Vec a = splat(alpha);
    const Vec b = splat(beta);
    std::ptrdiff_t i = 0;
    if (beta == 0.0F) {
        for (; i + kLanes <= n; i += kLanes) store(y + i, a * load(x + i));
        for (; i < n; ++i) y[i] = alpha * x[i];
        return;
    }
    for (; i + kLanes <= n; i += kLanes) store(y + i, a * load(x + i) + b * load(y + i));
    for (; i < n; ++i) y[i] = alpha * x[i] + beta * y[i];
}

HZ_INLINE Vec square_root(Vec x) {
    Vec y = {};
    for (int i = 0; i < kLanes; ++i) y[i] = __builtin_sqrtf(x[i]);
    return y;
}

// scalars: learning rate, beta1, beta2, epsilon, decay, gradient scale, correction1, correction2
static void adamw(const float* s, float* w, const float* g, float* m, float* v, std::ptrdiff_t n) {
    for (std::ptrdiff_t i = 0; i < n; i += kLanes) {
        const std::ptrdiff_t left = n - i;
        const bool whole = left >= kLanes;
        const Vec gradient = (whole ? load(g + i) : load_tail(g + i, left, 0.0F)) * splat(s[5]);
        const Vec m1 = splat(s[1]) * (whole ? load(m + i) : load_tail(m + i, left, 0.0F)) +
                       splat(1.0F - s[1]) * gradient;
        const Vec v1 = splat(s[2]) * (whole ? load(v + i) : load_tail(v + i, left, 0.0F)) +
                       splat(1.0F - s[2]) * gradient * gradient;
        const Vec before = whole ? load(w + i) : load_tail(w + i, left, 0.0F);
        const Vec step =
            m1 / splat(s[6]) / (square_root(v1 / splat(s[7])) + splat(s[3])) + splat(s[4]) * before;
        const Vec after = before - splat(s[0]) * step;
        if (whole) {
            store(m + i, m1);
            store(v + i, v1);
            store(w + i, after);
        } else {
            store_tail(m + i, m1, left);
            store_tail(v + i, v1, left);
            store_tail(w + i, after, left);
        }
    }
}

// Sums: short runs in float, their totals in double.

inline constexpr std::ptrdiff_t kRun = 4096;

template <bool Squares>
static double run_sums(const float* x, std::ptrdiff_t n) {
    double total = 0.0;
    for (std::ptrdiff_t begin = 0; begin < n; begin += kRun) {
        const std::ptrdiff_t end = n - begin < kRun ? n : begin + kRun;
        Vec acc[4] = {};
        std::ptrdiff_t i = begin;
        for (; i + 4 * kLanes <= end; i += 4 * kLanes) {
            for (int j = 0; j < 4; ++j) {
                const Vec value = load(x + i + j * kLanes);
                acc[j] += Squares ? value * value : value;
            }
        }
        double rest = 0.0;
        for (; i < end; ++i) rest += static_cast<double>(Squares ? x[i] * x[i] : x[i]);
        total += static_cast<double>(horizontal_sum((acc[0] + acc[1]) + (acc[2] + acc[3]))) + rest;
    }
    return total;
}
static double sum(const float* x, std::ptrdiff_t n) { return run_sums<false>(x, n); }
static double sum_squares(const float* x, std::ptrdiff_t n) { return run_sums<true>(x, n); }

}  // namespace HUIZHEN_KERNEL_NAMESPACE
}  // namespace huizhen::engine::cpu
