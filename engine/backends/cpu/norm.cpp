// Group norm over channels-last images and layer norm over rows. With scale_c = gamma_c rstd and shift_c =
// beta_c - mean scale_c the result is act(x scale + shift), so a pass over the image needs two numbers per
// channel; backward likewise.

#include <cmath>
#include <vector>

#include "state.h"

namespace huizhen::engine::cpu {
namespace {

constexpr std::int64_t kRun = 1024;  // pixels summed in float before double takes over

// Per channel of one sample, two kinds of sums at once.
struct ChannelSums {
    std::vector<double> first, second;
};

template <typename Add>
ChannelSums in_runs(std::int64_t pixels, std::int64_t channels, Add add) {
    ChannelSums sums{std::vector<double>(static_cast<std::size_t>(channels), 0.0),
                     std::vector<double>(static_cast<std::size_t>(channels), 0.0)};
    float* partial = scratch(static_cast<std::size_t>(2 * channels), 2);
    for (std::int64_t begin = 0; begin < pixels; begin += kRun) {
        std::fill_n(partial, 2 * channels, 0.0F);
        add(begin, std::min(kRun, pixels - begin), partial, partial + channels);
        for (std::int64_t c = 0; c < channels; ++c) {
            sums.first[static_cast<std::size_t>(c)] += static_cast<double>(partial[c]);
            sums.second[static_cast<std::size_t>(c)] += static_cast<double>(partial[channels + c]);
        }
    }
    return sums;
}

// scale, shift [channels] each, from the statistics of one sample.
void scale_and_shift(const HzNorm& a, std::int64_t sample, float* scale, float* shift) {
    const std::int64_t channels = a.x.dims[1];
    const std::int64_t group = channels / a.groups;
    for (std::int64_t c = 0; c < channels; ++c) {
        const std::int64_t s = sample * a.groups + c / group;
        scale[c] = floats(a.gamma)[c] * floats(a.rstd)[s];
        shift[c] = floats(a.beta)[c] - floats(a.mean)[s] * scale[c];
    }
}

void forward_sample(const State& state, const HzNorm& a, std::int64_t n, const float* x, float* y) {
    const std::int64_t channels = a.x.dims[1];
    const std::int64_t pixels = spatial(a.x);
    const std::int64_t group = channels / a.groups;
    const ChannelSums sums =
        in_runs(pixels, channels, [&](std::int64_t at, std::int64_t length, float* s, float* q) {
            state.kernels->channel_sums(x + at * channels, length, channels, s, q);
        });
    for (std::int64_t g = 0; g < a.groups; ++g) {
        double sum = 0.0;
        double squares = 0.0;
        for (std::int64_t c = g * group; c < (g + 1) * group; ++c) {
            sum += sums.first[static_cast<std::size_t>(c)];
            squares += sums.second[static_cast<std::size_t>(c)];
        }
        const auto size = static_cast<double>(group * pixels);
        const double mean = sum / size;
        const double variance = std::max(0.0, squares / size - mean * mean);
        floats(a.mean)[n * a.groups + g] = static_cast<float>(mean);
        floats(a.rstd)[n * a.groups + g] =
            static_cast<float>(1.0 / std::sqrt(variance + static_cast<double>(a.epsilon)));
    }
    float* scale = scratch(static_cast<std::size_t>(2 * channels), 2);
    scale_and_shift(a, n, scale, scale + channels);
    state.kernels->channel_affine(a.activation, x, scale, scale + channels, y, pixels, channels);
}

// dgamma, dbeta [channels]: this sample's part.
void backward_sample(const State& state, const HzNorm& a, std::int64_t n, const float* x, const float* dy,
                     float* dx, float* dgamma, float* dbeta) {
    const std::int64_t channels = a.x.dims[1];
    const std::int64_t pixels = spatial(a.x);
    const std::int64_t group = channels / a.groups;
    float* scale = scratch(static_cast<std::size_t>(5 * channels), 3);
    float* shift = scale + channels;
    scale_and_shift(a, n, scale, shift);
    const ChannelSums sums =
        in_runs(pixels, channels, [&](std::int64_t at, std::int64_t length, float* s, float* p) {
            state.kernels->channel_backward_sums(a.activation, x + at * channels, dy + at * channels, scale,
                                                 shift, length, channels, s, p);
        });
    float* of_gradient = scale + 2 * channels;
    float* of_x = scale + 3 * channels;
    float* constant = scale + 4 * channels;
    for (std::int64_t g = 0; g < a.groups; ++g) {
        const auto mean = static_cast<double>(floats(a.mean)[n * a.groups + g]);
        const auto rstd = static_cast<double>(floats(a.rstd)[n * a.groups + g]);
        double sum = 0.0;
        double sum_normal = 0.0;
        for (std::int64_t c = g * group; c < (g + 1) * group; ++c) {
            const auto i = static_cast<std::size_t>(c);
            const double through_normal = rstd * (sums.second[i] - mean * sums.first[i]);
            dgamma[c] = static_cast<float>(through_normal);
            dbeta[c] = static_cast<float>(sums.first[i]);
            sum += static_cast<double>(floats(a.gamma)[c]) * sums.first[i];
            sum_normal += static_cast<double>(floats(a.gamma)[c]) * through_normal;
        }
        const auto size = static_cast<double>(group * pixels);
        const double slope = -rstd * rstd * sum_normal / size;
        for (std::int64_t c = g * group; c < (g + 1) * group; ++c) {
            of_gradient[c] = scale[c];
            of_x[c] = static_cast<float>(slope);
            constant[c] = static_cast<float>(-rstd * sum / size - mean * slope);
        }
    }
    if (dx == nullptr) return;
    state.kernels->channel_backward(a.activation, x, dy, scale, shift, of_gradient, of_x, constant, dx,
                                    pixels, channels);
}

void add_samples(const HzNorm& a, const float* partial, std::int64_t samples) {
    if (!present(a.dgamma)) return;
    const std::int64_t channels = a.gamma.dims[0];
    for (std::int64_t c = 0; c < channels; ++c) {
        double gamma = 0.0;
        double beta = 0.0;
        for (std::int64_t n = 0; n < samples; ++n) {
            gamma += static_cast<double>(partial[2 * n * channels + c]);
            beta += static_cast<double>(partial[(2 * n + 1) * channels + c]);
        }
        floats(a.dgamma)[c] = static_cast<float>(gamma);
        floats(a.dbeta)[c] = static_cast<float>(beta);
    }
}

}  // namespace

void group_norm_forward(State& state, const HzNorm& a) {
    const std::int64_t size = a.x.dims[1] * spatial(a.x);
    parallel_for(state, a.x.dims[0], std::max<std::int64_t>(1, kGrain / std::max<std::int64_t>(1, size)),
                 [&](std::int64_t begin, std::int64_t end) {
                     for (std::int64_t n = begin; n < end; ++n) {
                         forward_sample(state, a, n, floats(a.x) + n * size, floats(a.y) + n * size);
                     }
                 });
}

void group_norm_backward(State& state, const HzNorm& a) {
    const std::int64_t channels = a.x.dims[1];
    const std::int64_t size = channels * spatial(a.x);
    const PoolBuffer partial(state, static_cast<std::size_t>(2 * a.x.dims[0] * channels));
    parallel_for(state, a.x.dims[0], std::max<std::int64_t>(1, kGrain / std::max<std::int64_t>(1, size)),
                 [&](std::int64_t begin, std::int64_t end) {
                     for (std::int64_t n = begin; n < end; ++n) {
                         backward_sample(state, a, n, floats(a.x) + n * size, floats(a.dy) + n * size,
                                         present(a.dx) ? floats(a.dx) + n * size : nullptr,
                                         partial.data() + 2 * n * channels,
                                         partial.data() + (2 * n + 1) * channels);
                     }
                 });
    add_samples(a, partial.data(), a.x.dims[0]);
}

void layer_norm_forward(State& state, const HzNorm& a) {
    const std::int64_t columns = a.x.dims[1];
    parallel_for(
        state, a.x.dims[0], std::max<std::int64_t>(1, kGrain / columns),
        [&](std::int64_t begin, std::int64_t end) {
            for (std::int64_t r = begin; r < end; ++r) {
                const float* x = floats(a.x) + r * columns;
                float* y = floats(a.y) + r * columns;
                const auto mean =
                    static_cast<float>(state.kernels->sum(x, columns) / static_cast<double>(columns));
                for (std::int64_t c = 0; c < columns; ++c) y[c] = x[c] - mean;
                const double variance = state.kernels->sum_squares(y, columns) / static_cast<double>(columns);
                const auto rstd =
                    static_cast<float>(1.0 / std::sqrt(variance + static_cast<double>(a.epsilon)));
                floats(a.mean)[r] = mean;
                floats(a.rstd)[r] = rstd;
                for (std::int64_t c = 0; c < columns; ++c)
                    y[c] = y[c] * rstd * floats(a.gamma)[c] + floats(a.beta)[c];
                if (a.activation == HZ_ACT_NONE) continue;
                state.kernels->unary(a.activation == HZ_ACT_RELU ? HZ_UNARY_RELU : HZ_UNARY_GELU, 1.0F, 0.0F,
                                     y, y, columns);
            }
        });
}

void layer_norm_backward(State& state, const HzNorm& a) {
    constexpr std::int64_t kRows = 64;  // of one partial sum of dgamma, dbeta
    const std::int64_t columns = a.x.dims[1];
    const std::int64_t parts = (a.x.dims[0] + kRows - 1) / kRows;
    const PoolBuffer partial(state, static_cast<std::size_t>(std::max<std::int64_t>(1, 2 * parts * columns)));
    std::fill_n(partial.data(), 2 * parts * columns, 0.0F);
    parallel_for(state, parts, std::max<std::int64_t>(1, kGrain / (kRows * columns)),
                 [&](std::int64_t begin, std::int64_t end) {
                     float* normal = scratch(static_cast<std::size_t>(2 * columns), 3);
                     float* slope = normal + columns;
                     for (std::int64_t r = begin * kRows; r < std::min(end * kRows, a.x.dims[0]); ++r) {
                         float* dgamma = partial.data() + r / kRows * 2 * columns;
                         float* dbeta = dgamma + columns;
                         const float* x = floats(a.x) + r * columns;
                         const float* dy = floats(a.dy) + r * columns;
                         const float mean = floats(a.mean)[r];
                         const float rstd = floats(a.rstd)[r];
                         for (std::int64_t c = 0; c < columns; ++c) {
                             normal[c] = (x[c] - mean) * rstd;
                             dgamma[c] += dy[c] * normal[c];
                             dbeta[c] += dy[c];
                             slope[c] = dy[c] * floats(a.gamma)[c];
                         }
                         if (!present(a.dx)) continue;
                         const auto size = static_cast<float>(columns);
                         const float average = static_cast<float>(state.kernels->sum(slope, columns)) / size;
                         const float along = state.kernels->dot(slope, normal, columns) / size;
                         float* dx = floats(a.dx) + r * columns;
                         for (std::int64_t c = 0; c < columns; ++c)
                             dx[c] = rstd * (slope[c] - average - normal[c] * along);
                     }
                 });
    add_samples(a, partial.data(), parts);
}

}  // namespace huizhen::engine::cpu
