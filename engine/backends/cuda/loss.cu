// Losses of one value and its target. Cross entropy, over rows, is in softmax.cu.

#include "loss.h"
#include "scalar_math.h"

namespace huizhen::engine::cuda {
namespace {

struct Loss {
    const float* x;
    const float* target;
    const float* weight;
    const float* scale;
    float* out;
    bool squared;

    __device__ float share(std::int64_t i) const { return weight != nullptr ? weight[i] : 1.0F; }
};

// An element without weight may hold anything.
struct Value : Loss {
    __device__ void operator()(std::int64_t i) const {
        const float difference = x[i] - target[i];
        const float loss = squared ? difference * difference : softplus(x[i]) - x[i] * target[i];
        out[i] = share(i) == 0.0F ? 0.0F : share(i) * loss;
    }
};

struct Slope : Loss {
    __device__ void operator()(std::int64_t i) const {
        const float slope = squared ? 2.0F * (x[i] - target[i]) : logistic(x[i]) - target[i];
        const float share_of_loss = share(i) * scale[0];
        out[i] = share_of_loss == 0.0F ? 0.0F : share_of_loss * slope;
    }
};

Loss arguments(const HzLoss& a, const HzTensor& out) {
    return {floats(a.x),     floats(a.target), floats(a.weight),
            floats(a.scale), floats(out),      a.kind == HZ_LOSS_SQUARED};
}

}  // namespace

void loss_forward(State& s, const HzLoss& a) {
    if (a.kind == HZ_LOSS_CROSS_ENTROPY) return cross_entropy(s, a);
    for_each(s, count(a.loss), Value{arguments(a, a.loss)});
}

void loss_backward(State& s, const HzLoss& a) {
    if (a.kind == HZ_LOSS_CROSS_ENTROPY) return cross_entropy_slope(s, a);
    for_each(s, count(a.x), Slope{arguments(a, a.dx)});
}

}  // namespace huizhen::engine::cuda
