#pragma once

// The next model from the last one and the sites' mean. By parts: of each vector only kPartValues are held.

#include <huizhen/aggregation/strategy.h>

namespace huizhen::aggregation {

struct StateStream {
    ReadPart read;  // empty: the first round, all values are StateVector::initial
    AppendPart append;
};

struct ServerStreams {
    ReadPart model;
    ReadPart mean;  // strategy.upload_values() long
    AppendPart next_model;
    std::vector<StateStream> state;  // in the order of strategy.state()
};

// `participation`: the weight of the sites in the mean over that of all sites of the plan, above 0, at most 1
// (SCAFFOLD; by samples or by number, as the mean was weighed).
// kInvalidArgument; kUntrustworthyInput: the step makes a value that is not finite. What was appended is then
// not a model: drop it.
Status step_server(const Strategy& strategy, const ServerStreams& streams, double participation = 1);

// In memory. Empty at first; by name, as long as the model.
using ServerState = std::map<std::string, std::vector<float>, std::less<>>;

// In place. On an error neither model nor state is changed.
Status step_server(const Strategy& strategy, std::span<float> model, std::span<const float> mean,
                   ServerState& state, double participation = 1);

}  // namespace huizhen::aggregation
