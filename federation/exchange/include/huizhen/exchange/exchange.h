#pragma once

// What a plan's words mean for those who make and read updates: the same at the coordinator and at every
// site.

#include <huizhen/aggregation/robust/rule.h>
#include <huizhen/aggregation/strategy.h>
#include <huizhen/compression/codec_settings.h>
#include <huizhen/model_file/model_file.h>
#include <huizhen/rounds/plan.h>

namespace huizhen::exchange {

// The file beside a model that sites are given, or that stays at the coordinator: one tensor a vector.
inline constexpr std::string_view kStateTask = "huizhen.state/1";
inline constexpr std::string_view kControl = "control";     // SCAFFOLD, as long as the model
inline constexpr std::string_view kLastMean = "last-mean";  // sparse codecs, as long as an upload

aggregation::Layout layout_of(const model_file::ModelHeader& model);

Result<aggregation::Strategy> strategy_of(const rounds::TrainingPlan& plan,
                                          const model_file::ModelHeader& model);

// `invited`: the sites a proposal names; no sum holds more.
compression::CodecSettings codec_of(const rounds::TrainingPlan& plan, std::size_t invited);
bool is_sparse(const rounds::TrainingPlan& plan);

aggregation::RobustSettings robust_of(const rounds::TrainingPlan& plan, std::uint32_t groups);

// A vector of a state file; empty where there is no state yet. kMalformedInput: it has not `values` values.
Result<std::vector<float>> vector_of(const model_file::ModelReader* state, std::string_view name,
                                     std::uint64_t values);
// What a sparse codec of `values` values wants; empty for the others.
Result<std::vector<float>> last_mean_of(const rounds::TrainingPlan& plan,
                                        const model_file::ModelReader* state, std::uint64_t values);

}  // namespace huizhen::exchange
