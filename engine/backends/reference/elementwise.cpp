#include <array>
#include <cmath>
#include <numbers>

#include <huizhen/tensor/philox.h>

#include "ops.h"

namespace huizhen::engine::reference {
namespace {

double normal_cdf(double x) { return 0.5 * std::erfc(-x / std::numbers::sqrt2); }
double normal_density(double x) {
    return std::exp(-0.5 * x * x) * std::numbers::inv_sqrtpi / std::numbers::sqrt2;
}
double logistic(double x) { return 1.0 / (1.0 + std::exp(-x)); }

double value_of(const HzUnary& a, double x) {
    switch (a.kind) {
        case HZ_UNARY_RELU: return activate(x, HZ_ACT_RELU);
        case HZ_UNARY_GELU: return activate(x, HZ_ACT_GELU);
        case HZ_UNARY_SIGMOID: return logistic(x);
        case HZ_UNARY_TANH: return std::tanh(x);
        case HZ_UNARY_EXP: return std::exp(x);
        case HZ_UNARY_LOG: return std::log(x);
        case HZ_UNARY_SQUARE: return x * x;
        case HZ_UNARY_AFFINE: return static_cast<double>(a.alpha) * x + static_cast<double>(a.beta);
        case HZ_UNARY_SOFTPLUS: return std::max(x, 0.0) + std::log1p(std::exp(-std::abs(x)));
        default: return x;
    }
}

double slope_of(const HzUnary& a, double x) {
    switch (a.kind) {
        case HZ_UNARY_RELU: return activate_slope(x, HZ_ACT_RELU);
        case HZ_UNARY_GELU: return activate_slope(x, HZ_ACT_GELU);
        case HZ_UNARY_SIGMOID: return logistic(x) * (1.0 - logistic(x));
        case HZ_UNARY_TANH: return 1.0 - std::tanh(x) * std::tanh(x);
        case HZ_UNARY_EXP: return std::exp(x);
        case HZ_UNARY_LOG: return 1.0 / x;
        case HZ_UNARY_SQUARE: return 2.0 * x;
        case HZ_UNARY_AFFINE: return static_cast<double>(a.alpha);
        case HZ_UNARY_SOFTPLUS: return logistic(x);
        default: return 1.0;
    }
}

}  // namespace

double activate(double x, std::int32_t activation) {
    if (activation == HZ_ACT_RELU) return x > 0.0 ? x : 0.0;
    if (activation == HZ_ACT_GELU) return x * normal_cdf(x);
    return x;
}

double activate_slope(double x, std::int32_t activation) {
    if (activation == HZ_ACT_RELU) return x > 0.0 ? 1.0 : 0.0;
    if (activation == HZ_ACT_GELU) return normal_cdf(x) + x * normal_density(x);
    return 1.0;
}

void unary_forward(const HzUnary& a) {
    for (std::int64_t i = 0; i < count(a.x); ++i) {
        floats(a.y)[i] = static_cast<float>(value_of(a, static_cast<double>(floats(a.x)[i])));
    }
}

void unary_backward(const HzUnary& a) {
    for (std::int64_t i = 0; i < count(a.x); ++i) {
        const double slope = slope_of(a, static_cast<double>(floats(a.x)[i]));
        floats(a.dx)[i] = static_cast<float>(slope * static_cast<double>(floats(a.dy)[i]));
    }
}

void binary(const HzBinary& a) {
    std::array<std::int64_t, HZ_MAX_RANK> at{};
    for (std::int64_t i = 0; i < count(a.out); ++i) {
        std::int64_t rest = i;
        for (std::int32_t axis = a.out.rank - 1; axis >= 0; --axis) {
            at[static_cast<std::size_t>(axis)] = rest % a.out.dims[axis];
            rest /= a.out.dims[axis];
        }
        const auto position = [&](const HzTensor& t) {
            std::int64_t flat = 0;
            for (std::int32_t axis = 0; axis < t.rank; ++axis) {
                flat = flat * t.dims[axis] + (t.dims[axis] == 1 ? 0 : at[static_cast<std::size_t>(axis)]);
            }
            return flat;
        };
        const float left = floats(a.a)[position(a.a)];
        const float right = floats(a.b)[position(a.b)];
        float& out = floats(a.out)[i];
        switch (a.kind) {
            case HZ_BINARY_ADD: out = left + right; break;
            case HZ_BINARY_SUB: out = left - right; break;
            case HZ_BINARY_MUL: out = left * right; break;
            default: out = left / right; break;
        }
    }
}

void dropout(const HzDropout& a) {
    const auto threshold = static_cast<std::uint64_t>(static_cast<double>(a.p) * 0x1.0p32);
    const float scale = 1.0F / (1.0F - a.p);
    const std::array<std::uint32_t, 2> key{static_cast<std::uint32_t>(a.seed),
                                           static_cast<std::uint32_t>(a.seed >> 32U)};
    for (std::int64_t i = 0; i < count(a.x); ++i) {
        const auto block = static_cast<std::uint64_t>(i) / 4;
        const auto words =
            philox4x32_10({static_cast<std::uint32_t>(block), static_cast<std::uint32_t>(block >> 32U),
                           static_cast<std::uint32_t>(a.offset), static_cast<std::uint32_t>(a.offset >> 32U)},
                          key);
        const bool keep = words[static_cast<std::size_t>(i % 4)] >= threshold;
        floats(a.y)[i] = keep ? floats(a.x)[i] * scale : 0.0F;
    }
}

void axpby(const HzAxpby& a) {
    for (std::int64_t i = 0; i < count(a.x); ++i) {
        const float before = a.beta == 0.0F ? 0.0F : a.beta * floats(a.y)[i];
        floats(a.y)[i] = a.alpha * floats(a.x)[i] + before;
    }
}

}  // namespace huizhen::engine::reference
