// Group and layer norm, forward and backward. Statistics in double.

#include "scalar_math.h"

namespace huizhen::engine::cuda {
namespace {

// Both norms: `sets` runs of `size` consecutive elements share statistics; element i of set s has channel
// (s % channel_sets) * channels_per_set + i / span.
struct Plan {
    std::int64_t sets, size, channel_sets, channels_per_set, span;

    __device__ std::int64_t channel(std::int64_t set, std::int64_t i) const {
        return set % channel_sets * channels_per_set + i / span;
    }
};

struct Arguments {
    const float* x;
    const float* gamma;
    const float* beta;
    const float* dy;
    float* y;
    float* mean;
    float* rstd;
    float* dx;
    float* dgamma;
    float* dbeta;
    std::int32_t activation;
    float epsilon;

    explicit Arguments(const HzNorm& a)
        : x(floats(a.x)),
          gamma(floats(a.gamma)),
          beta(floats(a.beta)),
          dy(floats(a.dy)),
          y(floats(a.y)),
          mean(floats(a.mean)),
          rstd(floats(a.rstd)),
          dx(floats(a.dx)),
          dgamma(floats(a.dgamma)),
          dbeta(floats(a.dbeta)),
          activation(a.activation),
          epsilon(a.epsilon) {}
};

Plan group_plan(const HzNorm& a) {
    const std::int64_t channels = a.x.dims[1] / a.groups;
    const std::int64_t span = count(a.x) / (a.x.dims[0] * a.x.dims[1]);
    return {a.x.dims[0] * a.groups, channels * span, a.groups, channels, span};
}

Plan layer_plan(const HzNorm& a) { return {a.x.dims[0], a.x.dims[1], 1, a.x.dims[1], 1}; }

// One block a set.
__global__ void forward_kernel(Plan plan, Arguments a) {
    const std::int64_t set = blockIdx.x;
    const float* x = a.x + set * plan.size;
    double sum = 0.0;
    for (std::int64_t i = threadIdx.x; i < plan.size; i += blockDim.x) sum += static_cast<double>(x[i]);
    const double mean = block_reduce(sum, 0.0, Sum{}) / static_cast<double>(plan.size);
    double squares = 0.0;
    for (std::int64_t i = threadIdx.x; i < plan.size; i += blockDim.x) {
        const double centred = static_cast<double>(x[i]) - mean;
        squares += centred * centred;
    }
    squares = block_reduce(squares, 0.0, Sum{});
    const auto rstd = static_cast<float>(
        1.0 / sqrt(squares / static_cast<double>(plan.size) + static_cast<double>(a.epsilon)));
    const auto centre = static_cast<float>(mean);
    if (threadIdx.x == 0) {
        a.mean[set] = centre;
        a.rstd[set] = rstd;
    }
    for (std::int64_t i = threadIdx.x; i < plan.size; i += blockDim.x) {
        const std::int64_t c = plan.channel(set, i);
        a.y[set * plan.size + i] = activate((x[i] - centre) * rstd * a.gamma[c] + a.beta[c], a.activation);
    }
}

// What one element gives to every gradient.
struct Slope {
    float normal;   // (x - mean) rstd
    float through;  // dy act'
};

__device__ Slope slope(const Arguments& a, std::int64_t set, std::int64_t channel, std::int64_t at) {
    const float normal = (a.x[at] - a.mean[set]) * a.rstd[set];
    return {normal, a.dy[at] * activate_slope(normal * a.gamma[channel] + a.beta[channel], a.activation)};
}

// One block a set.
__global__ void input_gradient_kernel(Plan plan, Arguments a) {
    const std::int64_t set = blockIdx.x;
    double sum = 0.0;
    double sum_normal = 0.0;
    for (std::int64_t i = threadIdx.x; i < plan.size; i += blockDim.x) {
        const std::int64_t c = plan.channel(set, i);
        const Slope g = slope(a, set, c, set * plan.size + i);
        const double scaled = static_cast<double>(g.through) * static_cast<double>(a.gamma[c]);
        sum += scaled;
        sum_normal += scaled * static_cast<double>(g.normal);
    }
    const auto size = static_cast<double>(plan.size);
    const auto mean = static_cast<float>(block_reduce(sum, 0.0, Sum{}) / size);
    const auto mean_normal = static_cast<float>(block_reduce(sum_normal, 0.0, Sum{}) / size);
    for (std::int64_t i = threadIdx.x; i < plan.size; i += blockDim.x) {
        const std::int64_t c = plan.channel(set, i);
        const Slope g = slope(a, set, c, set * plan.size + i);
        a.dx[set * plan.size + i] = a.rstd[set] * (g.through * a.gamma[c] - mean - g.normal * mean_normal);
    }
}

// One block a channel, over the sets that hold it.
__global__ void parameter_gradient_kernel(Plan plan, Arguments a) {
    const std::int64_t channel = blockIdx.x;
    const std::int64_t first_set = channel / plan.channels_per_set;
    const std::int64_t within = channel % plan.channels_per_set * plan.span;
    const std::int64_t elements = plan.sets / plan.channel_sets * plan.span;
    double dgamma = 0.0;
    double dbeta = 0.0;
    for (std::int64_t i = threadIdx.x; i < elements; i += blockDim.x) {
        const std::int64_t set = first_set + i / plan.span * plan.channel_sets;
        const Slope g = slope(a, set, channel, set * plan.size + within + i % plan.span);
        dgamma += static_cast<double>(g.through) * static_cast<double>(g.normal);
        dbeta += static_cast<double>(g.through);
    }
    dgamma = block_reduce(dgamma, 0.0, Sum{});
    dbeta = block_reduce(dbeta, 0.0, Sum{});
    if (threadIdx.x == 0) {
        a.dgamma[channel] = static_cast<float>(dgamma);
        a.dbeta[channel] = static_cast<float>(dbeta);
    }
}

void forward(State& s, const HzNorm& a, const Plan& plan) {
    launch(s.device.stream(), plan.sets, threads_for(plan.size), forward_kernel, plan, Arguments(a));
}

void backward(State& s, const HzNorm& a, const Plan& plan) {
    if (present(a.dx)) {
        launch(s.device.stream(), plan.sets, threads_for(plan.size), input_gradient_kernel, plan,
               Arguments(a));
    }
    if (present(a.dgamma)) {
        launch(s.device.stream(), plan.channel_sets * plan.channels_per_set,
               threads_for(plan.sets / plan.channel_sets * plan.span), parameter_gradient_kernel, plan,
               Arguments(a));
    }
}

// Nothing was normalised, so nothing reaches the parameters.
bool nothing(State& s, const HzNorm& a) {
    if (count(a.x) > 0) return false;
    if (present(a.dgamma)) {
        zero(s, a.dgamma);
        zero(s, a.dbeta);
    }
    return true;
}

}  // namespace

void group_norm_forward(State& s, const HzNorm& a) {
    if (!nothing(s, a)) forward(s, a, group_plan(a));
}
void group_norm_backward(State& s, const HzNorm& a) {
    if (!nothing(s, a)) backward(s, a, group_plan(a));
}
void layer_norm_forward(State& s, const HzNorm& a) {
    if (!nothing(s, a)) forward(s, a, layer_plan(a));
}
void layer_norm_backward(State& s, const HzNorm& a) {
    if (!nothing(s, a)) backward(s, a, layer_plan(a));
}

}  // namespace huizhen::engine::cuda
