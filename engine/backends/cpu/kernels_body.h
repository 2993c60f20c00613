// The kernels, for one instruction set. Everything is static or in the namespace of the set.

#include "kernels.h"

#include <huizhen/tensor/backend_abi.h>

namespace huizhen::engine::cpu {
namespace HUIZHEN_KERNEL_NAMESPACE {

#include "vector_math.h"

// ---- tiles

template <int T, int V>
static void tile(const TileArguments& g) {
    Vec acc[T][V];
#pragma GCC unroll 8
    for (int t = 0; t < T; ++t)
#pragma GCC unroll 4
        for (int v = 0; v < V; ++v) acc[t][v] = load(g.c + t * g.c_t + v * kLanes);
    for (std::ptrdiff_t s = 0; s < g.segment_count; ++s) {
        const float* a = g.a + g.segments[s].a;
        const float* b = g.b + g.segments[s].b;
        const std::ptrdiff_t a_t = g.a_t;
        const std::ptrdiff_t a_k = g.a_k;
        const std::ptrdiff_t b_k = g.b_k;
        for (std::ptrdiff_t k = g.k; k > 0; --k) {
            Vec row[V];
#pragma GCC unroll 4
            for (int v = 0; v < V; ++v) row[v] = load(b + v * kLanes);
#pragma GCC unroll 8
            for (int t = 0; t < T; ++t) {
                const Vec x = splat(a[t * a_t]);
#pragma GCC unroll 4
                for (int v = 0; v < V; ++v) acc[t][v] += x * row[v];
            }
            a += a_k;
            b += b_k;
        }
    }
#pragma GCC unroll 8
    for (int t = 0; t < T; ++t)
#pragma GCC unroll 4
        for (int v = 0; v < V; ++v) store(g.c + t * g.c_t + v * kLanes, acc[t][v]);
}

// ---- elementwise

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

static void unary_backward(int kind, float alpha, float /*beta*/, const float* x, const float* y, const float* dy,
                           float* dx, std::ptrdiff_t n) {
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
        const Vec m1 = splat(s[1]) * (whole ? load(m + i) : load_tail(m + i, left, 0.0F)) + splat(1.0F - s[1]) * gradient;
        const Vec v1 = splat(s[2]) * (whole ? load(v + i) : load_tail(v + i, left, 0.0F)) +
                       splat(1.0F - s[2]) * gradient * gradient;
        const Vec before = whole ? load(w + i) : load_tail(w + i, left, 0.0F);
        const Vec step = m1 / splat(s[6]) / (square_root(v1 / splat(s[7])) + splat(s[3])) + splat(s[4]) * before;
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

// ---- sums: short runs in float, their totals in double

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

// ---- channels-last images; channels beyond the last whole vector are done one by one

HZ_INLINE Vec activation_value(int activation, Vec x) {
    if (activation == HZ_ACT_RELU) return unary_value(HZ_UNARY_RELU, x, x, x);
    if (activation == HZ_ACT_GELU) return unary_value(HZ_UNARY_GELU, x, x, x);
    return x;
}
HZ_INLINE Vec activation_slope(int activation, Vec x) {
    if (activation == HZ_ACT_RELU) return unary_slope(HZ_UNARY_RELU, x, x, x);
    if (activation == HZ_ACT_GELU) return unary_slope(HZ_UNARY_GELU, x, x, x);
    return splat(1.0F);
}

static void channel_sums(const float* x, std::ptrdiff_t pixels, std::ptrdiff_t channels, float* sums, float* squares) {
    for (std::ptrdiff_t c = 0; c < channels; c += kLanes) {
        const std::ptrdiff_t left = channels - c;
        if (left >= kLanes) {
            Vec s = load(sums + c);
            Vec q = load(squares + c);
            for (std::ptrdiff_t p = 0; p < pixels; ++p) {
                const Vec value = load(x + p * channels + c);
                s += value;
                q += value * value;
            }
            store(sums + c, s);
            store(squares + c, q);
            continue;
        }
        for (std::ptrdiff_t p = 0; p < pixels; ++p) {
            for (std::ptrdiff_t i = c; i < channels; ++i) {
                const float value = x[p * channels + i];
                sums[i] += value;
                squares[i] += value * value;
            }
        }
    }
}

// Calls whole(c) for each whole vector of channels of each pixel, and tail(c, left) for what is left.
template <typename Whole, typename Tail>
HZ_INLINE void each_vector(std::ptrdiff_t pixels, std::ptrdiff_t channels, Whole whole, Tail tail) {
    for (std::ptrdiff_t p = 0; p < pixels; ++p) {
        std::ptrdiff_t c = 0;
        for (; c + kLanes <= channels; c += kLanes) whole(p * channels + c, c);
        if (c < channels) tail(p * channels + c, c, channels - c);
    }
}

template <int Activation>
static void channel_affine_loop(const float* x, const float* scale, const float* shift, float* y,
                                std::ptrdiff_t pixels, std::ptrdiff_t channels) {
    each_vector(
        pixels, channels,
        [&](std::ptrdiff_t i, std::ptrdiff_t c) {
            store(y + i, activation_value(Activation, load(x + i) * load(scale + c) + load(shift + c)));
        },
        [&](std::ptrdiff_t i, std::ptrdiff_t c, std::ptrdiff_t n) {
            const Vec value = load_tail(x + i, n, 0.0F) * load_tail(scale + c, n, 0.0F) + load_tail(shift + c, n, 0.0F);
            store_tail(y + i, activation_value(Activation, value), n);
        });
}

static void channel_affine(int activation, const float* x, const float* scale, const float* shift, float* y,
                           std::ptrdiff_t pixels, std::ptrdiff_t channels) {
    if (activation == HZ_ACT_RELU) return channel_affine_loop<HZ_ACT_RELU>(x, scale, shift, y, pixels, channels);
    if (activation == HZ_ACT_GELU) return channel_affine_loop<HZ_ACT_GELU>(x, scale, shift, y, pixels, channels);
    channel_affine_loop<HZ_ACT_NONE>(x, scale, shift, y, pixels, channels);
}

template <int Activation>
static void channel_backward_sums_loop(const float* x, const float* dy, const float* scale, const float* shift,
                                       std::ptrdiff_t pixels, std::ptrdiff_t channels, float* sums, float* products) {
    for (std::ptrdiff_t c = 0; c < channels; c += kLanes) {
        const std::ptrdiff_t left = channels - c;
        const bool whole = left >= kLanes;
        const Vec a = whole ? load(scale + c) : load_tail(scale + c, left, 0.0F);
        const Vec b = whole ? load(shift + c) : load_tail(shift + c, left, 0.0F);
        Vec s = {};
        Vec q = {};
        for (std::ptrdiff_t p = 0; p < pixels; ++p) {
            const std::ptrdiff_t i = p * channels + c;
            const Vec value = whole ? load(x + i) : load_tail(x + i, left, 0.0F);
            const Vec gradient = whole ? load(dy + i) : load_tail(dy + i, left, 0.0F);
            const Vec through = gradient * activation_slope(Activation, value * a + b);
            s += through;
            q += through * value;
        }
        for (std::ptrdiff_t i = 0; i < (whole ? kLanes : left); ++i) {
            sums[c + i] += s[i];
            products[c + i] += q[i];
        }
    }
}

static void channel_backward_sums(int activation, const float* x, const float* dy, const float* scale,
                                  const float* shift, std::ptrdiff_t pixels, std::ptrdiff_t channels, float* sums,
                                  float* products) {
    if (activation == HZ_ACT_RELU) {
        channel_backward_sums_loop<HZ_ACT_RELU>(x, dy, scale, shift, pixels, channels, sums, products);
    } else if (activation == HZ_ACT_GELU) {
        channel_backward_sums_loop<HZ_ACT_GELU>(x, dy, scale, shift, pixels, channels, sums, products);
    } else {
        channel_backward_sums_loop<HZ_ACT_NONE>(x, dy, scale, shift, pixels, channels, sums, products);
    }
}

template <int Activation>
static void channel_backward_loop(const float* x, const float* dy, const float* scale, const float* shift,
                                  const float* a, const float* b, const float* d, float* dx, std::ptrdiff_t pixels,
                                  std::ptrdiff_t channels) {
    each_vector(
        pixels, channels,
        [&](std::ptrdiff_t i, std::ptrdiff_t c) {
            const Vec value = load(x + i);
            const Vec through = load(dy + i) * activation_slope(Activation, value * load(scale + c) + load(shift + c));
            store(dx + i, through * load(a + c) + value * load(b + c) + load(d + c));
        },
        [&](std::ptrdiff_t i, std::ptrdiff_t c, std::ptrdiff_t n) {
            const Vec value = load_tail(x + i, n, 0.0F);
            const Vec inner = value * load_tail(scale + c, n, 0.0F) + load_tail(shift + c, n, 0.0F);
            const Vec through = load_tail(dy + i, n, 0.0F) * activation_slope(Activation, inner);
            store_tail(dx + i,
                       through * load_tail(a + c, n, 0.0F) + value * load_tail(b + c, n, 0.0F) + load_tail(d + c, n, 0.0F),
                       n);
        });
}

static void channel_backward(int activation, const float* x, const float* dy, const float* scale, const float* shift,
                             const float* a, const float* b, const float* d, float* dx, std::ptrdiff_t pixels,
                             std::ptrdiff_t channels) {
    if (activation == HZ_ACT_RELU) {
        channel_backward_loop<HZ_ACT_RELU>(x, dy, scale, shift, a, b, d, dx, pixels, channels);
    } else if (activation == HZ_ACT_GELU) {
        channel_backward_loop<HZ_ACT_GELU>(x, dy, scale, shift, a, b, d, dx, pixels, channels);
    } else {
        channel_backward_loop<HZ_ACT_NONE>(x, dy, scale, shift, a, b, d, dx, pixels, channels);
    }
}

// ---- Winograd F(4, 3), points 0, 1, -1, 2, -2, infinity: Lavin & Gray 2016, "Fast algorithms for convolutional neural networks"

// B^T d
static void winograd_input(const float* const* pixels, std::ptrdiff_t channels, float* out, std::ptrdiff_t plane) {
    for (std::ptrdiff_t c = 0; c < channels; c += kLanes) {
        const std::ptrdiff_t left = channels - c;
        const bool whole = left >= kLanes;
        Vec d[6];
        for (int i = 0; i < 6; ++i) d[i] = whole ? load(pixels[i] + c) : load_tail(pixels[i] + c, left, 0.0F);
        const Vec even = d[4] - splat(4.0F) * d[2];
        const Vec odd = d[3] - splat(4.0F) * d[1];
        const Vec even2 = d[4] - d[2];
        const Vec odd2 = splat(2.0F) * (d[3] - d[1]);
        const Vec t[6] = {splat(4.0F) * d[0] - splat(5.0F) * d[2] + d[4],
                          even + odd,
                          even - odd,
                          even2 + odd2,
                          even2 - odd2,
                          splat(4.0F) * d[1] - splat(5.0F) * d[3] + d[5]};
        for (int i = 0; i < 6; ++i) {
            if (whole) {
                store(out + i * plane + c, t[i]);
            } else {
                store_tail(out + i * plane + c, t[i], left);
            }
        }
    }
}

// A^T u; width a multiple of kLanes
static void winograd_output(const float* u, std::ptrdiff_t plane, const float* bias, std::ptrdiff_t valid, float* out,
                            std::ptrdiff_t step, std::ptrdiff_t width) {
    for (std::ptrdiff_t c = 0; c < width; c += kLanes) {
        Vec m[6];
        for (int i = 0; i < 6; ++i) m[i] = load(u + i * plane + c);
        const Vec sum1 = m[1] + m[2];
        const Vec dif1 = m[1] - m[2];
        const Vec sum2 = m[3] + m[4];
        const Vec dif2 = m[3] - m[4];
        const Vec start = load(bias + c);
        const Vec y[4] = {start + m[0] + sum1 + sum2, start + dif1 + splat(2.0F) * dif2,
                          start + sum1 + splat(4.0F) * sum2, start + dif1 + splat(8.0F) * dif2 + m[5]};
        for (std::ptrdiff_t i = 0; i < valid; ++i) store(out + i * step + c, y[i]);
    }
}

// A y
static void winograd_gradient(const float* const* pixels, std::ptrdiff_t channels, float* out, std::ptrdiff_t plane) {
    for (std::ptrdiff_t c = 0; c < channels; c += kLanes) {
        Vec y[4];
        for (int i = 0; i < 4; ++i) y[i] = load(pixels[i] + c);
        const Vec even = y[0] + y[2];
        const Vec odd = y[1] + y[3];
        const Vec even2 = y[0] + splat(4.0F) * y[2];
        const Vec odd2 = splat(2.0F) * y[1] + splat(8.0F) * y[3];
        const Vec t[6] = {y[0], even + odd, even - odd, even2 + odd2, even2 - odd2, y[3]};
        for (int i = 0; i < 6; ++i) store(out + i * plane + c, t[i]);
    }
}

// ---- rows

static float maximum(const float* x, std::ptrdiff_t n) {
    float highest = -__builtin_inff();
    Vec best = splat(highest);
    std::ptrdiff_t i = 0;
    for (; i + kLanes <= n; i += kLanes) best = higher(best, load(x + i));
    for (int j = 0; j < kLanes; ++j) highest = best[j] > highest ? best[j] : highest;
    for (; i < n; ++i) highest = x[i] > highest ? x[i] : highest;
    return highest;
}

static float exp_sum(const float* x, float shift, float* y, std::ptrdiff_t n) {
    const Vec down = splat(shift);
    Vec total = {};
    std::ptrdiff_t i = 0;
    for (; i + kLanes <= n; i += kLanes) {
        const Vec e = exp_of(load(x + i) - down);
        total += e;
        store(y + i, e);
    }
    if (i < n) {
        const Vec e = exp_of(load_tail(x + i, n - i, -__builtin_inff()) - down);
        total += e;  // e^-inf is 0
        store_tail(y + i, e, n - i);
    }
    return horizontal_sum(total);
}

static float dot(const float* a, const float* b, std::ptrdiff_t n) {
    Vec total = {};
    std::ptrdiff_t i = 0;
    for (; i + kLanes <= n; i += kLanes) total += load(a + i) * load(b + i);
    float rest = 0.0F;
    for (; i < n; ++i) rest += a[i] * b[i];
    return horizontal_sum(total) + rest;
}

template <int V, int T>
static void fill_tiles(Kernels& k) {
    k.tile[V][T] = tile<T, V>;
    if constexpr (T > 1) fill_tiles<V, T - 1>(k);
}

static Kernels make() {
    Kernels k{};
    k.lanes = kLanes;
    k.rows_of[1] = 8;
    fill_tiles<1, 8>(k);
#if HUIZHEN_KERNEL_LANES == 16
    k.widest = 4;  // 32 registers
    k.rows_of[2] = 8;
    k.rows_of[4] = 6;
    fill_tiles<2, 8>(k);
    fill_tiles<4, 6>(k);
#else
    k.widest = 2;  // 16 registers
    k.rows_of[2] = 6;
    fill_tiles<2, 6>(k);
#endif
    k.unary = unary;
    k.unary_backward = unary_backward;
    k.binary = binary;
    k.binary_scalar = binary_scalar;
    k.axpby = axpby;
    k.adamw = adamw;
    k.sum = sum;
    k.sum_squares = sum_squares;
    k.channel_sums = channel_sums;
    k.channel_affine = channel_affine;
    k.channel_backward_sums = channel_backward_sums;
    k.channel_backward = channel_backward;
    k.winograd_input = winograd_input;
    k.winograd_output = winograd_output;
    k.winograd_gradient = winograd_gradient;
    k.exp_sum = exp_sum;
    k.maximum = maximum;
    k.dot = dot;
    return k;
}

}  // namespace HUIZHEN_KERNEL_NAMESPACE

const Kernels& HUIZHEN_KERNEL_ENTRY() {
    static const Kernels table = HUIZHEN_KERNEL_NAMESPACE::make();
    return table;
}

}  // namespace huizhen::engine::cpu
