#pragma once

// Rounds as bytes (federation/v1/round.proto): on the wire, where every byte is hostile until it has been
// read, and in the journals of both sides. Each step has a longest message, counts and texts have the maxima
// of huizhen/rounds/limits.h, kinds and digests must be what they say, and control characters of texts are
// replaced. kMalformedInput ("malformed: ...") and kLimitExceeded ("too-large: ..."). What a plan means is
// check_plan's affair, and what a message of secure aggregation says is its own.

#include <huizhen/rounds/coordinator_events.h>
#include <huizhen/rounds/site_events.h>
#include <huizhen/rpc/frame.h>

namespace huizhen::rpc {

// On the wire.
RoundMessage encode_round_message(const rounds::Message& message);
Result<rounds::Message> decode(const RoundMessage& message);
Position to_rpc(const rounds::RoundName& round, const rounds::Position& position);
rounds::Position to_rounds(const Position& position);

// In journals and databases.
Bytes encode(const rounds::TrainingPlan& plan);
Bytes encode(const rounds::RoundSetup& setup);
Bytes encode(const rounds::CoordinatorInput& input);
Bytes encode(const rounds::RoundResult& result);
Bytes encode(const rounds::SiteSetup& setup);
Bytes encode(const rounds::SiteInput& input);
Bytes encode(const rounds::Outcome& outcome);

Result<rounds::TrainingPlan> decode_plan(BytesView bytes);
Result<rounds::RoundSetup> decode_setup(BytesView bytes);
Result<rounds::CoordinatorInput> decode_coordinator_input(BytesView bytes);
Result<rounds::RoundResult> decode_result(BytesView bytes);
Result<rounds::SiteSetup> decode_site_setup(BytesView bytes);
Result<rounds::SiteInput> decode_site_input(BytesView bytes);
Result<rounds::Outcome> decode_outcome(BytesView bytes);

}  // namespace huizhen::rpc
