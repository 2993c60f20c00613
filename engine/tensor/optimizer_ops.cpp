#include <huizhen/tensor/optimizer_ops.h>

#include "internal.h"

namespace huizhen::engine {

void adamw_step(Tensor& parameter, const Tensor& gradient, Tensor& m, Tensor& v, const AdamWStep& step) {
    HZ_CHECK(
        gradient.shape() == parameter.shape() && m.shape() == parameter.shape() && v.shape() == m.shape(),
        "gradient and moments have the shape of the parameter");
    HZ_CHECK(step.step >= 1, "steps count from 1");
    const Tensor g = canonical(gradient);
    HzAdamW arguments{};
    arguments.w = view(parameter);
    arguments.g = view(g);
    arguments.m = view(m);
    arguments.v = view(v);
    arguments.learning_rate = step.learning_rate;
    arguments.beta1 = step.beta1;
    arguments.beta2 = step.beta2;
    arguments.epsilon = step.epsilon;
    arguments.decay = step.decay;
    arguments.gradient_scale = step.gradient_scale;
    const auto t = static_cast<double>(step.step);
    arguments.correction1 = static_cast<float>(1.0 - std::pow(static_cast<double>(step.beta1), t));
    arguments.correction2 = static_cast<float>(1.0 - std::pow(static_cast<double>(step.beta2), t));
    run(parameter.context(), HZ_OP_ADAMW, {arguments.w},
        [&](const HzBackend& b, void* s) { return b.adamw(s, &arguments); });
    changed(parameter);
    changed(m);
    changed(v);
}

double global_norm(std::span<const Tensor> gradients) {
    double squares = 0.0;
    for (const Tensor& gradient : gradients) {
        if (!gradient.defined()) continue;
        const Tensor plain = canonical(gradient);
        const Tensor out = make_empty(plain.context(), Shape{1});
        HzReduce arguments{view(plain, Shape{plain.count()}), view(out), HZ_REDUCE_SUM_SQUARES};
        run(plain.context(), HZ_OP_REDUCE, {arguments.x, arguments.out},
            [&](const HzBackend& b, void* s) { return b.reduce(s, &arguments); });
        squares += static_cast<double>(out.item());
    }
    return std::sqrt(squares);
}

void axpby(const Tensor& x, float alpha, Tensor& y, float beta) {
    HZ_CHECK(x.shape() == y.shape() && x.impl()->layout == y.impl()->layout,
             "x and y have one shape and layout");
    HzAxpby arguments{view(x), view(y), alpha, beta};
    run(x.context(), HZ_OP_AXPBY, {arguments.x, arguments.y},
        [&](const HzBackend& b, void* s) { return b.axpby(s, &arguments); });
    changed(y);
}

}  // namespace huizhen::engine
