#pragma once

// How a backend is held to `reference`, forward and backward, one case at a time.

#include <initializer_list>
#include <string>
#include <vector>

#include <huizhen/tensor/ops.h>

#include "cases.h"

namespace huizhen::engine::testing {

struct Outcome {
    std::vector<float> value;
    std::vector<std::vector<float>> gradients;  // empty for inputs that want none

    bool operator==(const Outcome&) const = default;
};

// One case on one context, with a fixed random seed gradient so that no cancellation hides an error.
class CaseRun {
  public:
    CaseRun(Context& context, const Case& c);

    Outcome outcome();
    // sum(result * seed), in double
    double weighted() const;
    std::vector<Tensor>& inputs() { return inputs_; }

  private:
    Tensor seed(const Shape& shape) const;

    Context& context_;
    const Case& case_;
    std::vector<Tensor> inputs_;
};

Outcome outcome_on(std::initializer_list<const HzBackend*> backends, const Case& c);

// Within the tolerances of the case.
void expect_close(const Outcome& actual, const Outcome& expected, const Case& c);

}  // namespace huizhen::engine::testing
