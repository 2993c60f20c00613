#pragma once

// What a plan's words mean for the training at a site.

#include <huizhen/base/sha256.h>
#include <huizhen/learning/learning_task.h>
#include <huizhen/rounds/plan.h>

namespace huizhen::exchange {

// `seed`: of this site and round; the same trains the same.
learning::TrainOptions training_options_of(const rounds::TrainingPlan& plan, std::uint32_t iteration,
                                           const Sha256Digest& seed);

}  // namespace huizhen::exchange
