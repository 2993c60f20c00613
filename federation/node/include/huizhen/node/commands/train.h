#pragma once

// `huizhen-node train`: makes the models of packaging/models from the research cohorts. Each member learns
// without one fold of the patients; what members say about the fold they left out calibrates them. A stopped
// run leaves partial-<member>.safetensors and goes on with `resume` to the same bits.

#include <cstdint>
#include <filesystem>
#include <iosfwd>
#include <stop_token>

#include <huizhen/base/progress.h>
#include <huizhen/base/result.h>
#include <huizhen/node/engine_runtime.h>

namespace huizhen::node {

inline constexpr int kFolds = 5;
// Member m leaves out fold m % kFolds; members of the CT model that leave out the same fold differ in their
// seed.
inline constexpr int kNoduleMembers = kFolds, kCtMembers = 2 * kFolds;

struct TrainRequest {
    std::filesystem::path data;  // the folder with lidc-nodules/, lidc-crops/, luna-patches/
    std::filesystem::path out;   // made if it is not there
    std::uint64_t seed = 1;
    bool resume = false;  // keeps finished members and goes on with a stopped one
};

// What a command works with. `report` gets the lines a person reads at the end.
struct TrainContext {
    EngineRuntime& engine;
    ProgressSink& progress;
    std::ostream& report;
    std::stop_token stop;
};

// ct-0.safetensors ... ct-9.safetensors, from lidc-nodules and lidc-crops.
Status train_ct(const TrainRequest& request, const TrainContext& context);

// nodule-0.safetensors ... nodule-4.safetensors, from luna-patches.
Status train_nodule_classifier(const TrainRequest& request, const TrainContext& context);

}  // namespace huizhen::node
