#pragma once

// Losses: scalars, weighted means over elements. weight undefined means 1 for every element; an element with
// weight 0 has no influence, and a total weight of 0 gives a loss of 0 (a head without labels in this batch).

#include <huizhen/tensor/tensor.h>

namespace huizhen::engine {

// sum(w * bce(logit, target)) / sum(w); targets in [0, 1], soft ones allowed. All of one shape.
Tensor bce_with_logits(const Tensor& logits, const Tensor& targets, const Tensor& weights = {});
// sum(w * (x - t)^2) / sum(w)
Tensor squared_error(const Tensor& prediction, const Tensor& targets, const Tensor& weights = {});
// logits [M, C], classes int32 [M] in [0, C), weights [M]
Tensor cross_entropy(const Tensor& logits, const Tensor& classes, const Tensor& weights = {});

}  // namespace huizhen::engine
