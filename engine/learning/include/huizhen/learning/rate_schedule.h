#pragma once

// The learning rate of each round of a plan: falling by the same factor from the first round to the last.
// Every site computes it for itself from what the plan says.

#include <cmath>

namespace huizhen::learning {

// `round` from 0 of `rounds`; the last round has `last`. Both rates above 0.
inline double learning_rate_at(double first, double last, int round, int rounds) {
    const double part = rounds > 1 ? static_cast<double>(round) / (rounds - 1) : 0;
    return first * std::pow(last / first, part);
}

}  // namespace huizhen::learning
