#pragma once

// One site's work in a round: train, clip, add noise, encode, mask. The same inputs give the same masked
// words, so that a job a crash has cut off is simply done again. Unmasked words and updates stay in memory.

#include <huizhen/base/executor.h>
#include <huizhen/objects/store.h>
#include <huizhen/rounds/site_events.h>
#include <huizhen/rpc/file_objects.h>
#include <huizhen/site/tasks.h>

#include "state/kept_store.h"

namespace huizhen::site {

// Borrowed; any thread may use them while a job runs.
struct JobTools {
    TaskSource* tasks = nullptr;
    rpc::FileObjects* objects = nullptr;
    objects::Store* kept = nullptr;
    Executor* compute = nullptr;  // for the masks
};

struct TrainingDone {
    rounds::ObjectRef masked;  // in the objects' folder
    KeptVectors kept;          // the next ones, in the kept store
    std::uint64_t samples = 0;
    double norm_before_clip = 0;  // of what was encoded; 0 where nothing was clipped
};

// `present`: what the plan has left here. kCancelled. kInvalidArgument: model, plan and task do not fit.
Result<TrainingDone> train_and_mask(const rounds::RoundName& round, const rounds::TrainAndMask& work,
                                    const KeptVectors& present, const JobTools& tools,
                                    const std::stop_token& stop, ProgressSink& progress);

}  // namespace huizhen::site
