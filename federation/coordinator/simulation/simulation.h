#pragma once

// A federation in one process and on simulated time: the real state machines, secure aggregation, codecs,
// strategies and training, with faults from a seed. The same plan and options give the same report.

#include <functional>
#include <stop_token>

#include <huizhen/base/progress.h>

#include "simulation/faults.h"
#include "simulation/report.h"

namespace huizhen::federation::v1 {
class Plan;
}

namespace huizhen::coordinator::simulation {

struct Options {
    std::size_t sites = 10;  // "site-0001" and on; where the plan names sites, those are simulated instead
    std::uint64_t seed = 1;
    Faults faults;
};

// What runs where the person brings no plan.
federation::v1::Plan standard_plan();

// What `progress` hears of, in order.
std::vector<std::string> stages_of(const federation::v1::Plan& plan);

// `on_round`: after each. kInvalidArgument: the plan is refused, or the options. kUnsupported: a strategy
// whose sites keep vectors, or a task that needs a hospital's cases. kCancelled. kInternal: something has
// happened that must never happen.
Result<Report> simulate(federation::v1::Plan plan, const Options& options,
                        const std::function<void(const RoundReport&)>& on_round, const std::stop_token& stop,
                        ProgressSink& progress);

}  // namespace huizhen::coordinator::simulation
