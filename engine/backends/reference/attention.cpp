#include <cmath>
#include <limits>
#include <vector>

#include "ops.h"

namespace huizhen::engine::reference {
namespace {

constexpr double kNever = -std::numeric_limits<double>::infinity();

// One head of one sample.
struct Head {
    const HzAttention& a;
    std::int64_t batch, head;

    std::int64_t depth() const { return a.q.dims[3]; }
    std::int64_t keys() const { return a.k.dims[2]; }
    std::int64_t row(const HzTensor& t, std::int64_t i) const {
        return ((batch * t.dims[1] + head) * t.dims[2] + i) * t.dims[3];
    }
    std::int64_t statistic(std::int64_t i) const { return (batch * a.q.dims[1] + head) * a.q.dims[2] + i; }
    double dot(const HzTensor& s, std::int64_t i, const HzTensor& t, std::int64_t j) const {
        double total = 0.0;
        for (std::int64_t c = 0; c < depth(); ++c) {
            total +=
                static_cast<double>(floats(s)[row(s, i) + c]) * static_cast<double>(floats(t)[row(t, j) + c]);
        }
        return total;
    }
    double score(std::int64_t i, std::int64_t j) const {
        if (present(a.key_mask) && floats(a.key_mask)[batch * keys() + j] == 0.0F) return kNever;
        return static_cast<double>(a.scale) * dot(a.q, i, a.k, j);
    }
};

template <typename F>
void for_each_head(const HzAttention& a, F f) {
    for (std::int64_t b = 0; b < a.q.dims[0]; ++b)
        for (std::int64_t h = 0; h < a.q.dims[1]; ++h) f(Head{a, b, h});
}

}  // namespace

void matmul(const HzMatmul& m) {
    const std::int64_t rows = m.out.dims[1];
    const std::int64_t columns = m.out.dims[2];
    const std::int64_t inner = m.transpose_a != 0 ? m.a.dims[1] : m.a.dims[2];
    for (std::int64_t batch = 0; batch < m.out.dims[0]; ++batch) {
        const float* a = floats(m.a) + (m.a.dims[0] == 1 ? 0 : batch) * m.a.dims[1] * m.a.dims[2];
        const float* b = floats(m.b) + (m.b.dims[0] == 1 ? 0 : batch) * m.b.dims[1] * m.b.dims[2];
        for (std::int64_t i = 0; i < rows; ++i) {
            for (std::int64_t j = 0; j < columns; ++j) {
                double total = 0.0;
                for (std::int64_t k = 0; k < inner; ++k) {
                    const float left = m.transpose_a != 0 ? a[k * rows + i] : a[i * inner + k];
                    const float right = m.transpose_b != 0 ? b[j * inner + k] : b[k * columns + j];
                    total += static_cast<double>(left) * static_cast<double>(right);
                }
                float& out = floats(m.out)[(batch * rows + i) * columns + j];
                total *= static_cast<double>(m.alpha);
                if (present(m.bias)) total += static_cast<double>(floats(m.bias)[j]);
                if (m.beta != 0.0F) total += static_cast<double>(m.beta) * static_cast<double>(out);
                out = static_cast<float>(activate(total, m.activation));
            }
        }
    }
}

void softmax_forward(const HzSoftmax& a) {
    const std::int64_t columns = a.x.dims[1];
    for (std::int64_t r = 0; r < a.x.dims[0]; ++r) {
        const float* x = floats(a.x) + r * columns;
        float* y = floats(a.y) + r * columns;
        double highest = kNever;
        for (std::int64_t c = 0; c < columns; ++c) highest = std::max(highest, static_cast<double>(x[c]));
        double total = 0.0;
        for (std::int64_t c = 0; c < columns; ++c) total += std::exp(static_cast<double>(x[c]) - highest);
        for (std::int64_t c = 0; c < columns; ++c) {
            const double shifted = static_cast<double>(x[c]) - highest;
            y[c] =
                static_cast<float>(a.logarithm != 0 ? shifted - std::log(total) : std::exp(shifted) / total);
        }
    }
}

void softmax_backward(const HzSoftmax& a) {
    const std::int64_t columns = a.y.dims[1];
    for (std::int64_t r = 0; r < a.y.dims[0]; ++r) {
        const float* y = floats(a.y) + r * columns;
        const float* dy = floats(a.dy) + r * columns;
        float* dx = floats(a.dx) + r * columns;
        double total = 0.0;
        for (std::int64_t c = 0; c < columns; ++c) {
            total += static_cast<double>(dy[c]) * (a.logarithm != 0 ? 1.0 : static_cast<double>(y[c]));
        }
        for (std::int64_t c = 0; c < columns; ++c) {
            const auto value = static_cast<double>(y[c]);
            const auto slope = static_cast<double>(dy[c]);
            dx[c] = static_cast<float>(a.logarithm != 0 ? slope - std::exp(value) * total
                                                        : value * (slope - total));
        }
    }
}

void attention_forward(const HzAttention& a) {
    for_each_head(a, [&](const Head& head) {
        std::vector<double> score(static_cast<std::size_t>(head.keys()));
        for (std::int64_t i = 0; i < a.q.dims[2]; ++i) {
            double highest = kNever;
            for (std::int64_t j = 0; j < head.keys(); ++j) {
                score[static_cast<std::size_t>(j)] = head.score(i, j);
                highest = std::max(highest, score[static_cast<std::size_t>(j)]);
            }
            double total = 0.0;
            for (double& s : score) total += s = highest == kNever ? 0.0 : std::exp(s - highest);
            floats(a.log_sum)[head.statistic(i)] = total > 0.0 ? static_cast<float>(highest + std::log(total))
                                                               : std::numeric_limits<float>::infinity();
            for (std::int64_t c = 0; c < head.depth(); ++c) {
                double mixed = 0.0;
                for (std::int64_t j = 0; j < head.keys(); ++j) {
                    mixed += score[static_cast<std::size_t>(j)] *
                             static_cast<double>(floats(a.v)[head.row(a.v, j) + c]);
                }
                floats(a.out)[head.row(a.q, i) + c] = total > 0.0 ? static_cast<float>(mixed / total) : 0.0F;
            }
        }
    });
}

void attention_backward(const HzAttention& a) {
    std::vector<double> dk(static_cast<std::size_t>(count(a.k)), 0.0);
    std::vector<double> dv(dk.size(), 0.0);
    for_each_head(a, [&](const Head& head) {
        std::vector<double> dq(static_cast<std::size_t>(head.depth()));
        for (std::int64_t i = 0; i < a.q.dims[2]; ++i) {
            std::ranges::fill(dq, 0.0);
            // sum_j p_ij dp_ij = dout_i . out_i
            const double mean = head.dot(a.dout, i, a.out, i);
            for (std::int64_t j = 0; j < head.keys(); ++j) {
                const double score = head.score(i, j);
                if (score == kNever) continue;
                const double p = std::exp(score - static_cast<double>(floats(a.log_sum)[head.statistic(i)]));
                const double ds = p * (head.dot(a.dout, i, a.v, j) - mean) * static_cast<double>(a.scale);
                for (std::int64_t c = 0; c < head.depth(); ++c) {
                    const auto at = static_cast<std::size_t>(head.row(a.k, j) + c);
                    const std::int64_t qi = head.row(a.q, i) + c;
                    dv[at] += p * static_cast<double>(floats(a.dout)[qi]);
                    dk[at] += ds * static_cast<double>(floats(a.q)[qi]);
                    dq[static_cast<std::size_t>(c)] += ds * static_cast<double>(floats(a.k)[at]);
                }
            }
            for (std::int64_t c = 0; c < head.depth(); ++c) {
                floats(a.dq)[head.row(a.q, i) + c] = static_cast<float>(dq[static_cast<std::size_t>(c)]);
            }
        }
    });
    for (std::size_t i = 0; i < dk.size(); ++i) {
        floats(a.dk)[i] = static_cast<float>(dk[i]);
        floats(a.dv)[i] = static_cast<float>(dv[i]);
    }
}

}  // namespace huizhen::engine::reference
