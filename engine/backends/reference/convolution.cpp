#include <limits>

#include "ops.h"

namespace huizhen::engine::reference {
namespace {

// An image as [N, C, D, H, W]; rank 4 has depth 1.
struct Image {
    float* data;
    std::int64_t n, c, d, h, w;

    explicit Image(const HzTensor& t)
        : data(floats(t)),
          n(t.dims[0]),
          c(t.dims[1]),
          d(t.rank == 5 ? t.dims[2] : 1),
          h(t.dims[t.rank - 2]),
          w(t.dims[t.rank - 1]) {}
    std::int64_t at(std::int64_t in, std::int64_t ic, std::int64_t z, std::int64_t y, std::int64_t x) const {
        return (((in * c + ic) * d + z) * h + y) * w + x;
    }
};

// Calls f(x index, w index) for every pair that contributes to one output element.
template <typename F>
void for_each_tap(const HzConv& a, const Image& x, const Image& w, std::int64_t n, std::int64_t co,
                  std::int64_t oz, std::int64_t oy, std::int64_t ox, F f) {
    for (std::int64_t ci = 0; ci < w.c; ++ci) {
        for (std::int64_t kz = 0; kz < w.d; ++kz) {
            const std::int64_t z = oz * a.stride[0] - a.pad[0] + kz;
            if (z < 0 || z >= x.d) continue;
            for (std::int64_t ky = 0; ky < w.h; ++ky) {
                const std::int64_t y = oy * a.stride[1] - a.pad[1] + ky;
                if (y < 0 || y >= x.h) continue;
                for (std::int64_t kx = 0; kx < w.w; ++kx) {
                    const std::int64_t ix = ox * a.stride[2] - a.pad[2] + kx;
                    if (ix < 0 || ix >= x.w) continue;
                    f(x.at(n, ci, z, y, ix), w.at(co, ci, kz, ky, kx));
                }
            }
        }
    }
}

template <typename F>
void for_each_output(const Image& y, F f) {
    for (std::int64_t n = 0; n < y.n; ++n)
        for (std::int64_t c = 0; c < y.c; ++c)
            for (std::int64_t z = 0; z < y.d; ++z)
                for (std::int64_t r = 0; r < y.h; ++r)
                    for (std::int64_t x = 0; x < y.w; ++x) f(n, c, z, r, x);
}

// Calls f(flat spatial position in x) for every element of one pooling window that lies inside x.
template <typename F>
void for_each_in_window(const HzPool& a, const Image& x, std::int64_t oz, std::int64_t oy, std::int64_t ox,
                        F f) {
    for (std::int64_t kz = 0; kz < a.kernel[0]; ++kz) {
        const std::int64_t z = oz * a.stride[0] - a.pad[0] + kz;
        if (z < 0 || z >= x.d) continue;
        for (std::int64_t ky = 0; ky < a.kernel[1]; ++ky) {
            const std::int64_t y = oy * a.stride[1] - a.pad[1] + ky;
            if (y < 0 || y >= x.h) continue;
            for (std::int64_t kx = 0; kx < a.kernel[2]; ++kx) {
                const std::int64_t ix = ox * a.stride[2] - a.pad[2] + kx;
                if (ix >= 0 && ix < x.w) f((z * x.h + y) * x.w + ix);
            }
        }
    }
}

}  // namespace

void conv_forward(const HzConv& a) {
    const Image x(a.x);
    const Image w(a.w);
    const Image y(a.y);
    for_each_output(y, [&](auto n, auto co, auto oz, auto oy, auto ox) {
        double total = present(a.bias) ? static_cast<double>(floats(a.bias)[co]) : 0.0;
        for_each_tap(a, x, w, n, co, oz, oy, ox, [&](std::int64_t ix, std::int64_t iw) {
            total += static_cast<double>(x.data[ix]) * static_cast<double>(w.data[iw]);
        });
        y.data[y.at(n, co, oz, oy, ox)] = static_cast<float>(activate(total, a.activation));
    });
}

void conv_backward_data(const HzConv& a) {
    const Image x(a.x);
    const Image w(a.w);
    const Image y(a.y);
    std::vector<double> total(static_cast<std::size_t>(count(a.x)), 0.0);
    for_each_output(y, [&](auto n, auto co, auto oz, auto oy, auto ox) {
        const auto dy = static_cast<double>(y.data[y.at(n, co, oz, oy, ox)]);
        for_each_tap(a, x, w, n, co, oz, oy, ox, [&](std::int64_t ix, std::int64_t iw) {
            total[static_cast<std::size_t>(ix)] += dy * static_cast<double>(w.data[iw]);
        });
    });
    for (std::size_t i = 0; i < total.size(); ++i) x.data[i] = static_cast<float>(total[i]);
}

void conv_backward_weights(const HzConv& a) {
    const Image x(a.x);
    const Image w(a.w);
    const Image y(a.y);
    std::vector<double> total(static_cast<std::size_t>(count(a.w)), 0.0);
    std::vector<double> bias(static_cast<std::size_t>(y.c), 0.0);
    for_each_output(y, [&](auto n, auto co, auto oz, auto oy, auto ox) {
        const auto dy = static_cast<double>(y.data[y.at(n, co, oz, oy, ox)]);
        bias[static_cast<std::size_t>(co)] += dy;
        for_each_tap(a, x, w, n, co, oz, oy, ox, [&](std::int64_t ix, std::int64_t iw) {
            total[static_cast<std::size_t>(iw)] += dy * static_cast<double>(x.data[ix]);
        });
    });
    for (std::size_t i = 0; i < total.size(); ++i) w.data[i] = static_cast<float>(total[i]);
    if (!present(a.bias)) return;
    for (std::size_t i = 0; i < bias.size(); ++i) floats(a.bias)[i] = static_cast<float>(bias[i]);
}

void pool_forward(const HzPool& a) {
    const Image x(a.x);
    const Image y(a.y);
    for_each_output(y, [&](auto n, auto c, auto oz, auto oy, auto ox) {
        const float* volume = x.data + x.at(n, c, 0, 0, 0);
        double total = 0.0;
        double best = -std::numeric_limits<double>::infinity();
        std::int64_t best_at = -1;
        std::int64_t seen = 0;
        for_each_in_window(a, x, oz, oy, ox, [&](std::int64_t at) {
            const auto value = static_cast<double>(volume[at]);
            total += value;
            ++seen;
            if (value > best || best_at < 0) {
                best = value;
                best_at = at;
            }
        });
        const std::int64_t out = y.at(n, c, oz, oy, ox);
        if (a.kind == HZ_POOL_MAX) {
            y.data[out] = static_cast<float>(best);
            indices(a.index)[out] = static_cast<std::int32_t>(best_at);
        } else {
            y.data[out] = static_cast<float>(total / static_cast<double>(seen));
        }
    });
}

void pool_backward(const HzPool& a) {
    const Image x(a.x);
    const Image y(a.y);
    std::vector<double> total(static_cast<std::size_t>(count(a.x)), 0.0);
    for_each_output(y, [&](auto n, auto c, auto oz, auto oy, auto ox) {
        double* volume = total.data() + x.at(n, c, 0, 0, 0);
        const std::int64_t out = y.at(n, c, oz, oy, ox);
        const auto dy = static_cast<double>(y.data[out]);
        if (a.kind == HZ_POOL_MAX) {
            volume[indices(a.index)[out]] += dy;
            return;
        }
        std::int64_t seen = 0;
        for_each_in_window(a, x, oz, oy, ox, [&](std::int64_t) { ++seen; });
        for_each_in_window(a, x, oz, oy, ox,
                           [&](std::int64_t at) { volume[at] += dy / static_cast<double>(seen); });
    });
    for (std::size_t i = 0; i < total.size(); ++i) x.data[i] = static_cast<float>(total[i]);
}

}  // namespace huizhen::engine::reference
