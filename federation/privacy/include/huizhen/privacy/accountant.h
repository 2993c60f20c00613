#pragma once

// What releases with Gaussian noise add up to: Renyi differential privacy at many orders, and from it
// (epsilon, delta). The neighbouring data sets differ in one unit: whatever was clipped (a site's update, or
// a patient's gradient), added or removed.
//
// Order a of the Gaussian mechanism with noise multiplier s, each unit sampled with probability q (Mironov,
// Talwar, Zhang, arXiv:1908.10530):
//     rdp(a) = log( E over z ~ N(0, s^2) of ((1 - q) + q exp((2 z - 1) / (2 s^2)))^a ) / (a - 1)
// which is a / (2 s^2) for q = 1. Releases add up order by order. Conversion (Canonne, Kamath, Steinke,
// NeurIPS 2020, proposition 12):
//     epsilon = min over a of rdp(a) + log(1 - 1/a) - log(delta a) / (a - 1)

#include <cstdint>
#include <span>
#include <vector>

#include <huizhen/base/result.h>

namespace huizhen::privacy {

struct GaussianRelease {
    double noise_multiplier = 0;  // standard deviation of the noise over the clipping norm
    double sampling_rate = 1;     // 1: every unit is in every release
    std::uint64_t times = 1;
};

// The orders that are tracked: those of the dp-accounting package.
std::span<const double> rdp_orders();

// One release (times 1) at one order above 1.
double rdp_of_gaussian(double noise_multiplier, double sampling_rate, double order);

// kInvalidArgument: not a release: no noise, a rate outside 0..1, or never.
Status check_release(const GaussianRelease& release);

class RdpAccountant {
  public:
    RdpAccountant();

    Status compose(const GaussianRelease& release);
    // 0 < delta < 1.
    double epsilon(double delta) const;

  private:
    std::vector<double> rdp_;  // by order
};

// The smallest noise multiplier (to 1e-4 of itself) with which `times` releases stay within (epsilon, delta).
// kInvalidArgument: none below 10,000 does.
Result<double> noise_multiplier_for(double epsilon, double delta, double sampling_rate, std::uint64_t times);

}  // namespace huizhen::privacy
