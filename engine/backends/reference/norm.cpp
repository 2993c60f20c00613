#include <cmath>
#include <vector>

#include "ops.h"

namespace huizhen::engine::reference {
namespace {

// Both norms: `sets` runs of `size` consecutive elements share statistics; element i of set s has channel
// (s % channel_sets) * channels_per_set + i / span.
struct Plan {
    std::int64_t sets, size, channel_sets, channels_per_set, span;

    std::int64_t channel(std::int64_t set, std::int64_t i) const {
        return (set % channel_sets) * channels_per_set + i / span;
    }
};

Plan group_plan(const HzNorm& a) {
    const std::int64_t channels = a.x.dims[1] / a.groups;
    const std::int64_t span = count(a.x) / (a.x.dims[0] * a.x.dims[1]);
    return {a.x.dims[0] * a.groups, channels * span, a.groups, channels, span};
}

Plan layer_plan(const HzNorm& a) { return {a.x.dims[0], a.x.dims[1], 1, a.x.dims[1], 1}; }

void forward(const HzNorm& a, const Plan& plan) {
    for (std::int64_t s = 0; s < plan.sets; ++s) {
        const float* x = floats(a.x) + s * plan.size;
        float* y = floats(a.y) + s * plan.size;
        double sum = 0.0;
        for (std::int64_t i = 0; i < plan.size; ++i) sum += static_cast<double>(x[i]);
        const double mean = sum / static_cast<double>(plan.size);
        double squares = 0.0;
        for (std::int64_t i = 0; i < plan.size; ++i) {
            squares += (static_cast<double>(x[i]) - mean) * (static_cast<double>(x[i]) - mean);
        }
        const double rstd =
            1.0 / std::sqrt(squares / static_cast<double>(plan.size) + static_cast<double>(a.epsilon));
        floats(a.mean)[s] = static_cast<float>(mean);
        floats(a.rstd)[s] = static_cast<float>(rstd);
        for (std::int64_t i = 0; i < plan.size; ++i) {
            const std::int64_t c = plan.channel(s, i);
            const double normal = (static_cast<double>(x[i]) - mean) * rstd;
            const double value =
                normal * static_cast<double>(floats(a.gamma)[c]) + static_cast<double>(floats(a.beta)[c]);
            y[i] = static_cast<float>(activate(value, a.activation));
        }
    }
}

struct Gradient {
    double normal = 0.0;  // (x - mean) rstd
    double slope = 0.0;   // dy act' gamma
};

// Adds one set to the sums of gamma and beta, and writes its dx.
void backward_set(const HzNorm& a, const Plan& plan, std::int64_t s, std::vector<Gradient>& work,
                  std::vector<double>& dgamma, std::vector<double>& dbeta) {
    const float* x = floats(a.x) + s * plan.size;
    const float* dy = floats(a.dy) + s * plan.size;
    const auto mean = static_cast<double>(floats(a.mean)[s]);
    const auto rstd = static_cast<double>(floats(a.rstd)[s]);
    double sum = 0.0;
    double sum_normal = 0.0;
    for (std::int64_t i = 0; i < plan.size; ++i) {
        Gradient& g = work[static_cast<std::size_t>(i)];
        const auto c = static_cast<std::size_t>(plan.channel(s, i));
        const auto gamma = static_cast<double>(floats(a.gamma)[c]);
        g.normal = (static_cast<double>(x[i]) - mean) * rstd;
        const double value = g.normal * gamma + static_cast<double>(floats(a.beta)[c]);
        const double through = static_cast<double>(dy[i]) * activate_slope(value, a.activation);
        dgamma[c] += through * g.normal;
        dbeta[c] += through;
        g.slope = through * gamma;
        sum += g.slope;
        sum_normal += g.slope * g.normal;
    }
    if (!present(a.dx)) return;
    const auto size = static_cast<double>(plan.size);
    for (std::int64_t i = 0; i < plan.size; ++i) {
        const Gradient& g = work[static_cast<std::size_t>(i)];
        floats(a.dx)[s * plan.size + i] =
            static_cast<float>(rstd * (g.slope - sum / size - g.normal * sum_normal / size));
    }
}

void backward(const HzNorm& a, const Plan& plan) {
    const auto channels = static_cast<std::size_t>(count(a.gamma));
    std::vector<double> dgamma(channels, 0.0);
    std::vector<double> dbeta(channels, 0.0);
    std::vector<Gradient> work(static_cast<std::size_t>(plan.size));
    for (std::int64_t s = 0; s < plan.sets; ++s) backward_set(a, plan, s, work, dgamma, dbeta);
    if (!present(a.dgamma)) return;
    for (std::size_t c = 0; c < channels; ++c) {
        floats(a.dgamma)[c] = static_cast<float>(dgamma[c]);
        floats(a.dbeta)[c] = static_cast<float>(dbeta[c]);
    }
}

}  // namespace

void group_norm_forward(const HzNorm& a) { forward(a, group_plan(a)); }
void group_norm_backward(const HzNorm& a) { backward(a, group_plan(a)); }
void layer_norm_forward(const HzNorm& a) { forward(a, layer_plan(a)); }
void layer_norm_backward(const HzNorm& a) { backward(a, layer_plan(a)); }

}  // namespace huizhen::engine::reference
