#include <map>

#include <huizhen/tensor/optimizer_ops.h>

#include "internal.h"

namespace huizhen::engine {
namespace {

// A gradient under way to a node, and whether its memory is ours to add into.
struct Pending {
    std::shared_ptr<Node> node;
    Tensor gradient;
    bool owned = false;
};

// Youngest first, so that a node runs after everything that uses its result.
using Agenda = std::map<std::uint64_t, Pending, std::greater<>>;

void accumulate(Tensor& total, bool& owned, const Tensor& gradient) {
    if (!total.defined()) {
        total = gradient.detach();
        owned = false;  // it may be shared with another path of the tape
        return;
    }
    if (owned) {
        axpby(to_layout(gradient, total.impl()->layout), 1.0F, total, 1.0F);
        return;
    }
    total = add(total, gradient);
    owned = true;
}

void deliver(Agenda& agenda, const std::shared_ptr<GradientSlot>& slot, const Tensor& gradient) {
    if (!slot || !gradient.defined()) return;
    if (slot->node) {
        Pending& pending = agenda[slot->node->sequence];
        pending.node = slot->node;
        accumulate(pending.gradient, pending.owned, gradient);
        return;
    }
    // A leaf. Its gradient may be seen by others (grad()), so it is never added into.
    const Tensor plain = canonical(gradient);
    slot->grad = slot->grad.defined() ? add(slot->grad, plain) : plain.detach();
}

}  // namespace

bool should_record(std::initializer_list<const Tensor*> inputs) {
    for (const Tensor* input : inputs) {
        if (wants(*input)) return input->context().recording();
    }
    return false;
}

void record(Tensor& result, std::vector<Tensor> inputs, BackwardFunction backward) {
    auto node = std::make_shared<Node>();
    node->sequence = result.context().impl().next_sequence++;
    for (const Tensor& input : inputs) node->inputs.push_back(wants(input) ? input.impl()->slot : nullptr);
    node->backward = std::move(backward);
    auto slot = std::make_shared<GradientSlot>();
    node->output = slot;
    slot->node = std::move(node);
    result.impl()->slot = std::move(slot);
}

void backward(const Tensor& result, BackwardOptions options) {
    backward(result, Tensor::full(result.context(), result.shape(), 1.0F), options);
}

void backward(const Tensor& result, const Tensor& seed, BackwardOptions options) {
    HZ_CHECK(result.requires_grad(), "backward starts from a recorded result");
    HZ_CHECK(seed.shape() == result.shape(), "the seed has the shape of the result");
    const InferenceScope off(result.context());
    Agenda agenda;
    deliver(agenda, result.impl()->slot, seed);
    while (!agenda.empty()) {
        Pending pending = std::move(agenda.begin()->second);
        agenda.erase(agenda.begin());
        Node& node = *pending.node;
        HZ_CHECK(node.backward != nullptr, "a tape is walked once, or kept with keep_tape");
        if (const auto slot = node.output.lock(); slot && slot->retained) {
            const Tensor plain = canonical(pending.gradient);
            slot->grad = slot->grad.defined() ? add(slot->grad, plain) : plain;
        }
        const std::vector<Tensor> gradients = node.backward(pending.gradient);
        HZ_CHECK(gradients.size() == node.inputs.size(), "one gradient per input");
        for (std::size_t i = 0; i < gradients.size(); ++i) deliver(agenda, node.inputs[i], gradients[i]);
        if (!options.keep_tape) {
            node.backward = nullptr;
            node.inputs.clear();
        }
    }
}

}  // namespace huizhen::engine
