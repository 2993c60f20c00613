#pragma once

// A model's file as one vector, and what of it stays at the site.

#include <huizhen/learning/learning_task.h>
#include <huizhen/model_file/model_file.h>

namespace huizhen::site {

// kInvalidArgument, "other-task", "other-layout": the file is not of this task's shape.
Status check_fits(const model_file::ModelHeader& header, const learning::LearningTask& task);

// The values of all tensors of a kind, one after the other.
std::uint64_t norm_values(const model_file::ModelHeader& header);
std::vector<float> norms_of(const model_file::ModelHeader& header, std::span<const float> model);
void put_norms(const model_file::ModelHeader& header, std::span<const float> norms, std::span<float> model);

}  // namespace huizhen::site
