#include <cmath>

#include "ops.h"

namespace huizhen::engine::reference {
namespace {

double weight_of(const HzLoss& a, std::int64_t i) {
    return present(a.weight) ? static_cast<double>(floats(a.weight)[i]) : 1.0;
}

// log(sum(exp(row)))
double log_sum(const float* row, std::int64_t columns) {
    double highest = static_cast<double>(row[0]);
    for (std::int64_t c = 1; c < columns; ++c) highest = std::max(highest, static_cast<double>(row[c]));
    double total = 0.0;
    for (std::int64_t c = 0; c < columns; ++c) total += std::exp(static_cast<double>(row[c]) - highest);
    return highest + std::log(total);
}

}  // namespace

void loss_forward(const HzLoss& a) {
    for (std::int64_t i = 0; i < count(a.loss); ++i) {
        double loss = 0.0;
        if (a.kind == HZ_LOSS_CROSS_ENTROPY) {
            const float* row = floats(a.x) + i * a.x.dims[1];
            loss = log_sum(row, a.x.dims[1]) - static_cast<double>(row[indices(a.target)[i]]);
        } else {
            const auto x = static_cast<double>(floats(a.x)[i]);
            const auto t = static_cast<double>(floats(a.target)[i]);
            loss = a.kind == HZ_LOSS_SQUARED ? (x - t) * (x - t)
                                             : std::max(x, 0.0) - x * t + std::log1p(std::exp(-std::abs(x)));
        }
        const double weight = weight_of(a, i);
        // An element without weight may hold anything.
        floats(a.loss)[i] = weight == 0.0 ? 0.0F : static_cast<float>(weight * loss);
    }
}

void loss_backward(const HzLoss& a) {
    const auto scale = static_cast<double>(floats(a.scale)[0]);
    const std::int64_t columns = a.kind == HZ_LOSS_CROSS_ENTROPY ? a.x.dims[1] : 1;
    for (std::int64_t i = 0; i < count(a.x) / columns; ++i) {
        const double weight = weight_of(a, i) * scale;
        const float* x = floats(a.x) + i * columns;
        float* dx = floats(a.dx) + i * columns;
        const double normaliser = columns > 1 || a.kind == HZ_LOSS_CROSS_ENTROPY ? log_sum(x, columns) : 0.0;
        for (std::int64_t c = 0; c < columns; ++c) {
            const auto value = static_cast<double>(x[c]);
            double slope = 0.0;
            if (a.kind == HZ_LOSS_CROSS_ENTROPY) {
                slope = std::exp(value - normaliser) - (indices(a.target)[i] == c ? 1.0 : 0.0);
            } else if (a.kind == HZ_LOSS_SQUARED) {
                slope = 2.0 * (value - static_cast<double>(floats(a.target)[i]));
            } else {
                slope = 1.0 / (1.0 + std::exp(-value)) - static_cast<double>(floats(a.target)[i]);
            }
            dx[c] = weight == 0.0 ? 0.0F : static_cast<float>(weight * slope);
        }
    }
}

void adamw(const HzAdamW& a) {
    for (std::int64_t i = 0; i < count(a.w); ++i) {
        float& w = floats(a.w)[i];
        float& m = floats(a.m)[i];
        float& v = floats(a.v)[i];
        const float g = floats(a.g)[i] * a.gradient_scale;
        m = a.beta1 * m + (1.0F - a.beta1) * g;
        v = a.beta2 * v + (1.0F - a.beta2) * g * g;
        w -= a.learning_rate * (m / a.correction1 / (std::sqrt(v / a.correction2) + a.epsilon) + a.decay * w);
    }
}

}  // namespace huizhen::engine::reference
