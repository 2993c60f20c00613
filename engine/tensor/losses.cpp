#include <huizhen/tensor/losses.h>

#include "internal.h"

namespace huizhen::engine {
namespace {

// sum(loss) / total; the gradient is the elementwise one times dy / total.
Tensor weighted_mean(const Tensor& prediction, const Tensor& target, const Tensor& weight, HzLossKind kind,
                     const Shape& loss_shape) {
    Context& context = prediction.context();
    const Tensor x = canonical(prediction).detach();
    const Tensor t = canonical(target).detach();
    const Tensor w = weight.defined() ? canonical(weight).detach() : Tensor();
    HZ_CHECK(!w.defined() || w.shape() == loss_shape, "one weight per element");
    const double total =
        w.defined() ? static_cast<double>(sum(w).item()) : static_cast<double>(loss_shape.count());
    const float inverse = total > 0.0 ? static_cast<float>(1.0 / total) : 0.0F;

    const Tensor elements = make_empty(context, loss_shape);
    HzLoss arguments{};
    arguments.x = view(x);
    arguments.target = view(t);
    arguments.weight = view(w);
    arguments.loss = view(elements);
    arguments.kind = kind;
    run(context, HZ_OP_LOSS, {arguments.x, arguments.target},
        [&](const HzBackend& b, void* s) { return b.loss_forward(s, &arguments); });
    Tensor loss = affine(sum(elements), inverse, 0.0F);
    if (should_record({&prediction})) {
        record(loss, {prediction}, [arguments, x, t, w, inverse](const Tensor& dy) {
            const Tensor scale = affine(dy, inverse, 0.0F);
            const Tensor dx = empty_like(x);
            HzLoss back = arguments;
            back.loss = HzTensor{};
            back.scale = view(scale);
            back.dx = view(dx);
            run(x.context(), HZ_OP_LOSS, {back.x, back.target},
                [&](const HzBackend& b, void* s) { return b.loss_backward(s, &back); });
            return std::vector<Tensor>{dx};
        });
    }
    return loss;
}

}  // namespace

Tensor bce_with_logits(const Tensor& logits, const Tensor& targets, const Tensor& weights) {
    HZ_CHECK(logits.shape() == targets.shape(), "one target per logit");
    return weighted_mean(logits, targets, weights, HZ_LOSS_BCE_LOGITS, logits.shape());
}

Tensor squared_error(const Tensor& prediction, const Tensor& targets, const Tensor& weights) {
    HZ_CHECK(prediction.shape() == targets.shape(), "one target per prediction");
    return weighted_mean(prediction, targets, weights, HZ_LOSS_SQUARED, prediction.shape());
}

Tensor cross_entropy(const Tensor& logits, const Tensor& classes, const Tensor& weights) {
    HZ_CHECK(logits.rank() == 2 && classes.dtype() == DType::kI32, "logits [M, C], int32 classes [M]");
    HZ_CHECK(classes.shape() == Shape{logits.dim(0)}, "one class per row");
    for (const std::int32_t index : classes.to_indices()) {
        HZ_CHECK(index >= 0 && index < logits.dim(1), "a class lies inside the logits");
    }
    return weighted_mean(logits, classes, weights, HZ_LOSS_CROSS_ENTROPY, classes.shape());
}

}  // namespace huizhen::engine
