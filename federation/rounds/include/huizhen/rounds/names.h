#pragma once

// What the rounds call things by: sites, rounds, objects, moments.

#include <chrono>
#include <compare>

#include <huizhen/base/sha256.h>
#include <huizhen/secure_aggregation/bytes.h>
#include <huizhen/secure_aggregation/signature.h>

namespace huizhen::rounds {

using secagg::Bytes;
using secagg::BytesView;
using secagg::SiteId;

using PlanId = StrongId<struct PlanTag>;

// Wall time, to the millisecond: what a journal keeps comes back as it was. The machines read no clock; each
// input says when it happened.
using WallTime = std::chrono::sys_time<std::chrono::milliseconds>;
using Seconds = std::chrono::duration<std::int64_t>;

// One attempt at one iteration of a plan. A number is never used twice in a plan, so that no key ever is.
struct RoundName {
    PlanId plan;
    std::uint64_t number = 0;
    auto operator<=>(const RoundName&) const = default;
};

// A model, an update, a state: a file by the SHA-256 of its bytes.
struct ObjectRef {
    Sha256Digest digest{};
    std::uint64_t bytes = 0;
    auto operator<=>(const ObjectRef&) const = default;
};

}  // namespace huizhen::rounds
