#pragma once

// A simulated site's work in a round on data of its own, drawn from its name: what a hospital's program does
// (site/jobs), without files.

#include <huizhen/learning/tasks.h>
#include <huizhen/rounds/site_events.h>

#include "simulation/surroundings.h"

namespace huizhen::coordinator::simulation {

struct PlainUpdate {
    std::vector<std::uint32_t> words;  // before any mask
    std::vector<float> residual;       // what is left unsent; empty where the codec leaves nothing
};

// `residual`: what the site's last round left; empty: nothing. kCancelled.
Result<PlainUpdate> train(const rounds::SiteId& site, const rounds::RoundName& round,
                          const rounds::TrainAndMask& work, std::vector<float> residual,
                          Surroundings& around);

// The row that the coordinator reads.
Result<rounds::Bytes> evaluate(const rounds::SiteId& site, const rounds::Candidate& candidate,
                               Surroundings& around);

// kUnsupported: there is no such task, or it has no cases without a hospital.
Result<std::unique_ptr<learning::LearningTask>> make_task_of(const std::string& task,
                                                             const rounds::SiteId& site,
                                                             Surroundings& around);

Result<std::vector<float>> read_model(const rounds::ObjectRef& model, const Surroundings& around);

}  // namespace huizhen::coordinator::simulation
