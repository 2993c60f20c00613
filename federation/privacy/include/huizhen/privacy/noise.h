#pragma once

// Gaussian noise, each site adding its part: no party ever holds the sum without it.

#include <cstdint>
#include <span>

#include <huizhen/base/random_source.h>

namespace huizhen::privacy {

// What a site adds so that the noise of `honest_sites` sites together has the standard deviation
// noise_multiplier * clip_norm. `honest_sites`: those sure to be in the sum and not in league with the
// coordinator (secure aggregation: quorum - corrupt); more sites only add noise.
double noise_stddev_of_site(double noise_multiplier, double clip_norm, std::uint32_t honest_sites);

// Adds N(0, stddev^2) to every value (Box and Muller, Ann. Math. Statist. 29 (1958) 610-611), from a source
// that nobody can foretell. The low digits of floating-point noise can betray the value (Mironov, CCS 2012):
// round to fixed point before the result leaves the site, as secure aggregation does.
void add_gaussian_noise(std::span<float> values, double stddev, RandomSource& random);

}  // namespace huizhen::privacy
