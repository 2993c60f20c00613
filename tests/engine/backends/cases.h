#pragma once

// The operation cases every backend is held to.

#include <functional>
#include <ostream>
#include <string>
#include <vector>

#include <huizhen/tensor/losses.h>
#include <huizhen/tensor/ops.h>

namespace huizhen::engine::testing {

// How an input is drawn.
enum class Draw { kNormal, kPositive, kUnit, kMask, kSpread };

struct Input {
    Shape shape;
    Draw draw = Draw::kNormal;
    bool differentiable = true;
};

struct Case {
    std::string name;
    std::vector<Input> inputs;
    std::function<Tensor(const std::vector<Tensor>&)> apply;
    // Largest accepted difference, relative to 1 + the largest value of the expected tensor.
    float forward_tolerance = 2e-6F;
    float backward_tolerance = 5e-6F;
    bool smooth =
        true;  // false: not differentiable everywhere, so finite differences say nothing at the kinks

    friend void PrintTo(const Case& c, std::ostream* out) { *out << c.name; }
};

std::vector<Case> all_cases();

}  // namespace huizhen::engine::testing
