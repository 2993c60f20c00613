#pragma once

// "synthetic-linear/1": NOT medical. Logistic regression on made-up cases drawn from a seed and the site's
// name, with as many further numbers as asked for, so that simulations, kill tests and benchmarks have a
// model of any size that trains in moments.

#include <huizhen/learning/learning_task.h>

namespace huizhen::learning {

inline constexpr const char* kSyntheticName = "synthetic-linear/1";
inline constexpr std::size_t kSyntheticDefaultParameters = 1000;
inline constexpr std::size_t kSyntheticMinParameters = 17, kSyntheticMaxParameters = std::size_t{1} << 30;

// `name`: with the parameters as it was asked for. They are within the limits.
std::unique_ptr<LearningTask> make_synthetic_linear(std::string name, const std::string& site,
                                                    std::size_t parameters, int held_out_fold);

}  // namespace huizhen::learning
