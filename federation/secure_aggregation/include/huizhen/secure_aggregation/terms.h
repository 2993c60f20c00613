#pragma once

// What one round is about. Its digest is in every message and, with the roster, in every key: sites that were
// told different things can neither open each other's shares nor cancel each other's masks.

#include <string>

#include <huizhen/base/sha256.h>
#include <huizhen/secure_aggregation/preflight.h>

namespace huizhen::secagg {

struct Terms {
    Sha256Digest model{};  // the model the round starts from
    std::string plan;      // at most kMaxPlanBytes
    std::uint64_t round = 0;
    std::uint64_t words = 0;             // in an upload, the sample count included (fixed_point.h)
    std::uint32_t min_sites = 3;         // in the roster, and in the sum
    std::uint32_t corrupt_percent = 33;  // of the roster, rounded down: who may collude with the coordinator
    std::uint32_t dropout_percent = 10;
    std::uint32_t security_bits = 40;
    std::uint32_t failure_bits = 20;
};

inline constexpr std::size_t kMaxPlanBytes = 256;
inline constexpr std::uint64_t kMaxWords = std::uint64_t{1} << 36;

Sha256Digest digest_of(const Terms& terms);

// What the terms mean for a roster of this size. Drop-outs are assumed to be no more than the quorum allows.
Assumptions assumptions_for(const Terms& terms, std::uint32_t sites);

// kInvalidArgument: no round could be made of these.
Status check_terms(const Terms& terms);

}  // namespace huizhen::secagg
