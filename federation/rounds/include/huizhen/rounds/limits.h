#pragma once

// The named maxima of what a plan or a message may hold. Readers check them before they allocate.

#include <cstddef>
#include <cstdint>

#include <huizhen/secure_aggregation/preflight.h>

namespace huizhen::rounds {

inline constexpr std::size_t kMaxInvited = secagg::kMaxSites;
inline constexpr std::size_t kMaxIdBytes = 128;        // of a plan; with its digest, secagg::kMaxPlanBytes
inline constexpr std::size_t kMaxSiteNameBytes = 128;  // secure aggregation's own
inline constexpr std::size_t kMaxTextBytes = 2'000;    // a plan's name, a task, a reason
inline constexpr std::size_t kMaxCertificateBytes = 8'192;  // of one site
inline constexpr std::size_t kMaxSecaggBytes = 16 << 20;    // a roster of 10,000 sites is 3 MB
inline constexpr std::size_t kMaxRowBytes = 16 << 10;       // what one site measured
inline constexpr std::uint64_t kMaxObjectBytes = std::uint64_t{1} << 40;
inline constexpr std::uint64_t kMaxRoundNumber = std::uint64_t{1} << 48;  // databases keep it signed
inline constexpr std::uint32_t kMaxIterations = 100'000;
inline constexpr std::uint32_t kMaxAttempts = 1'000;  // at one iteration
inline constexpr std::uint32_t kMaxGroups = 1'000;
inline constexpr std::uint32_t kMinGroupSites = 3;  // a sum over fewer tells too much about one
inline constexpr std::uint32_t kMinGroups = 3;      // a median of fewer rejects nobody

}  // namespace huizhen::rounds
