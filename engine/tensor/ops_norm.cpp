#include "internal.h"

namespace huizhen::engine {
namespace {

enum class NormKind { kGroup, kLayer };

struct NormPlan {
    NormKind kind = NormKind::kLayer;
    int groups = 1;
    Activation activation = Activation::kNone;
    float epsilon = 1e-5F;

    HzOp op() const { return kind == NormKind::kGroup ? HZ_OP_GROUP_NORM : HZ_OP_LAYER_NORM; }
};

struct NormSaved {
    Tensor x, gamma, beta, mean, rstd;
};

HzNorm norm_arguments(const NormPlan& plan, const NormSaved& saved) {
    HzNorm arguments{};
    arguments.x = view(saved.x);
    if (plan.kind == NormKind::kLayer) {
        const std::int64_t channels = saved.x.dim(-1);
        arguments.x = view(saved.x, Shape{saved.x.count() / std::max<std::int64_t>(1, channels), channels});
    }
    arguments.gamma = view(saved.gamma);
    arguments.beta = view(saved.beta);
    arguments.mean = view(saved.mean);
    arguments.rstd = view(saved.rstd);
    arguments.groups = plan.groups;
    arguments.activation = static_cast<std::int32_t>(plan.activation);
    arguments.epsilon = plan.epsilon;
    return arguments;
}

// A view of `t` shaped as the x of `arguments`.
HzTensor shaped_like_x(const Tensor& t, const HzNorm& arguments) {
    HzTensor result = arguments.x;
    result.data = t.impl()->storage->data;
    result.layout = t.impl()->layout;
    return result;
}

std::vector<Tensor> norm_gradients(const NormPlan& plan, const NormSaved& saved, const Tensor& gradient) {
    const Tensor dy = to_layout(gradient, saved.x.impl()->layout);
    std::vector<Tensor> gradients{empty_like(saved.x), empty_like(saved.gamma), empty_like(saved.beta)};
    HzNorm back = norm_arguments(plan, saved);
    back.dy = shaped_like_x(dy, back);
    back.dx = shaped_like_x(gradients[0], back);
    back.dgamma = view(gradients[1]);
    back.dbeta = view(gradients[2]);
    run(dy.context(), plan.op(), {back.x}, [&](const HzBackend& b, void* s) {
        return plan.kind == NormKind::kGroup ? b.group_norm_backward(s, &back)
                                             : b.layer_norm_backward(s, &back);
    });
    return gradients;
}

Tensor norm(const Tensor& input, const Tensor& gamma, const Tensor& beta, const NormPlan& plan,
            std::int64_t statistics) {
    Context& context = input.context();
    const bool layer = plan.kind == NormKind::kLayer;
    const bool keeps = !layer && primary_supports(context, plan.op(), {view(input)});
    NormSaved saved{(keeps ? input : canonical(input)).detach(), gamma.detach(), beta.detach(),
                    make_empty(context, Shape{statistics}), make_empty(context, Shape{statistics})};
    Tensor y = empty_like(saved.x);
    HzNorm arguments = norm_arguments(plan, saved);
    arguments.y = shaped_like_x(y, arguments);
    run(context, plan.op(), {arguments.x}, [&](const HzBackend& b, void* s) {
        return layer ? b.layer_norm_forward(s, &arguments) : b.group_norm_forward(s, &arguments);
    });
    if (should_record({&input, &gamma, &beta})) {
        record(y, {input, gamma, beta},
               [plan, saved](const Tensor& dy) { return norm_gradients(plan, saved, dy); });
    }
    return y;
}

Tensor softmax_rows(const Tensor& x, bool logarithm) {
    const Tensor plain = canonical(x);
    const std::int64_t channels = x.dim(-1);
    const Shape rows{x.count() / std::max<std::int64_t>(1, channels), channels};
    Tensor y = empty_like(plain);
    HzSoftmax arguments{};
    arguments.x = view(plain, rows);
    arguments.y = view(y, rows);
    arguments.logarithm = logarithm ? 1 : 0;
    run(x.context(), HZ_OP_SOFTMAX, {arguments.x},
        [&](const HzBackend& b, void* s) { return b.softmax_forward(s, &arguments); });
    if (should_record({&x})) {
        record(y, {x}, [arguments, rows, y = y.detach()](const Tensor& gradient) {
            const Tensor dy = canonical(gradient);
            const Tensor dx = empty_like(y);
            HzSoftmax back = arguments;
            back.x = HzTensor{};
            back.dy = view(dy, rows);
            back.dx = view(dx, rows);
            run(dy.context(), HZ_OP_SOFTMAX, {back.y},
                [&](const HzBackend& b, void* s) { return b.softmax_backward(s, &back); });
            return std::vector<Tensor>{dx};
        });
    }
    return y;
}

}  // namespace

Tensor group_norm(const Tensor& x, const Tensor& gamma, const Tensor& beta, int groups, Activation activation,
                  float epsilon) {
    HZ_CHECK(x.rank() >= 3 && groups >= 1 && x.dim(1) % groups == 0, "[N, C, ...], groups divide C");
    HZ_CHECK(gamma.shape() == Shape{x.dim(1)} && beta.shape() == gamma.shape(), "gamma, beta [C]");
    return norm(x, gamma, beta, {NormKind::kGroup, groups, activation, epsilon}, x.dim(0) * groups);
}

Tensor layer_norm(const Tensor& x, const Tensor& gamma, const Tensor& beta, float epsilon) {
    HZ_CHECK(x.rank() >= 1 && x.dim(-1) > 0, "[..., C]");
    HZ_CHECK(gamma.shape() == Shape{x.dim(-1)} && beta.shape() == gamma.shape(), "gamma, beta [C]");
    return norm(x, gamma, beta, {NormKind::kLayer, 1, Activation::kNone, epsilon}, x.count() / x.dim(-1));
}

Tensor softmax(const Tensor& x) { return softmax_rows(x, false); }
Tensor log_softmax(const Tensor& x) { return softmax_rows(x, true); }

}  // namespace huizhen::engine
