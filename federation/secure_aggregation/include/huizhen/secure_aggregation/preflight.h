#pragma once

// How the sites of a round hang together, chosen from bounds that are computed, not guessed.
//
// Up to kCompleteBelow sites everybody masks with everybody (Bonawitz et al., CCS 2017). Above, the sites
// stand on a ring in random order and each masks with the k nearest, k/2 to either side (the Harary graph of
// Bell et al., CCS 2020), if k < n - 1 reaches the wanted bounds. Bell's proof lets drop-outs fall at random;
// here a coordinator may choose them, since every site counts the dropped in every window of k/2 places
// (below).
//
// With n sites, c of them in league with the coordinator, d dropping out by accident, and Hyp(N, K, m) the
// number of marked among m drawn from N of which K are marked:
//   secret     every honest site's neighbours hold < t corrupt shares:  n P[Hyp(n-1, c, k) >= t]
//              no window of k/2 is all corrupt or dropped (else the honest fall into parts whose sums could
//              be told apart), with at most w dropped in it:               n P[Hyp(n, c, k/2) >= k/2 - w]
//   finishes   every site keeps t surviving neighbours:                 n P[Hyp(n-1, d, k) > k - t]
//              no window loses more than w:                             n P[Hyp(n, d, k/2) > w]
//   one view   quorum > (n + c) / 2: two survivor lists cannot both be signed by a quorum of honest sites.
// In the complete graph t > c and the quorum make both certain: the bounds are 0.

#include <cstdint>

#include <huizhen/base/result.h>

namespace huizhen::secagg {

inline constexpr std::uint32_t kCompleteBelow = 100;
inline constexpr std::uint32_t kMaxNeighbours = 254;  // a share for each and one's own: 255 points of GF(2^8)
inline constexpr std::uint32_t kMaxSites = 10'000;

struct RoundShape {
    std::uint32_t sites = 0;
    std::uint32_t neighbours = 0;         // k
    std::uint32_t threshold = 0;          // t, shares that give a secret back
    std::uint32_t quorum = 0;             // survivors who must sign one and the same survivor list
    std::uint32_t dropped_in_window = 0;  // w; the complete graph has no windows

    bool complete() const { return neighbours + 1 == sites; }
    bool operator==(const RoundShape&) const = default;
};

struct Assumptions {
    std::uint32_t corrupt = 0;         // sites that may collude with the coordinator
    std::uint32_t dropped = 0;         // sites that may drop out
    std::uint32_t security_bits = 40;  // the secret is in danger with probability at most 2^-40 ...
    std::uint32_t failure_bits = 20;   // ... and an honest round fails with at most 2^-20
};

struct Preflight {
    RoundShape shape;
    double log2_insecurity = 0;  // minus infinity where it is certain
    double log2_failure = 0;
    std::uint32_t tolerated_dropouts = 0;  // sites - quorum: with more, the round ends without a result
};

// The fewest survivors of whom no two lists can gather so many honest signatures.
std::uint32_t quorum_of(std::uint32_t sites, std::uint32_t corrupt);

// kInvalidArgument, with what to change: these assumptions cannot be met.
Result<Preflight> preflight(std::uint32_t sites, const Assumptions& assumptions);

// What a site checks before it believes a coordinator's shape: structure, and the bounds on secrecy alone.
Status check_secrecy(const RoundShape& shape, const Assumptions& assumptions);

// log2 P[X >= at_least], X the marked among `drawn` of `total` of which `marked` are.
double log2_hypergeometric_tail(std::uint32_t total, std::uint32_t marked, std::uint32_t drawn,
                                std::uint32_t at_least);

}  // namespace huizhen::secagg
