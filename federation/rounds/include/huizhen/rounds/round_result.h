#pragma once

// What is kept of a round that is over.

#include <map>

#include <huizhen/rounds/message.h>

namespace huizhen::rounds {

struct RoundResult {
    RoundName round;
    std::uint32_t iteration = 0, attempt = 0;
    std::optional<ObjectRef> model;  // the new one; or
    std::optional<Failure> failure;
    std::optional<ObjectRef> state;           // the strategy's, for the next iteration
    std::vector<SiteId> included;             // ascending
    std::vector<std::vector<SiteId>> groups;  // the included, as they were summed
    std::vector<Absence> absences;            // by phase, then by site
    std::map<SiteId, Bytes> evaluations;      // rows of `acceptance`
    WallTime started{}, ended{};
    bool operator==(const RoundResult&) const = default;
};

// What every site is told at the end, also one that asks much later.
Message outcome_message(const RoundResult& result);

}  // namespace huizhen::rounds
