#include <limits>

#include <huizhen/base/check.h>
#include <huizhen/privacy/accountant.h>

namespace huizhen::privacy {

namespace {

std::vector<double> make_orders() {
    std::vector<double> orders;
    for (int tenth = 1; tenth < 100; ++tenth) orders.push_back(1 + tenth / 10.0);
    for (int order = 11; order < 64; ++order) orders.push_back(order);
    for (const double order : {128.0, 256.0, 512.0, 1024.0}) orders.push_back(order);
    return orders;
}

// The expectation by the trapezoidal rule, which converges faster than any power of the step here: the
// integrand falls like a Gaussian and has its nearest singularity pi s^2 off the real axis.
double log_expectation(double s, double q, double order) {
    const double step = std::min(s, s * s) / 8, first = -12 * s, last = order + 12 * s;
    const double keep = std::log1p(-q), pick = std::log(q);
    const auto log_term = [&](double z) {
        const double picked = pick + (2 * z - 1) / (2 * s * s);
        const double high = std::max(keep, picked), low = std::min(keep, picked);
        return order * (high + std::log1p(std::exp(low - high))) - z * z / (2 * s * s);
    };
    double highest = -std::numeric_limits<double>::infinity();
    for (double z = first; z <= last; z += step) highest = std::max(highest, log_term(z));
    double sum = 0, norm = 0;
    for (double z = first; z <= last; z += step) {
        sum += std::exp(log_term(z) - highest);
        norm += std::exp(-z * z / (2 * s * s));
    }
    return std::max(0.0, highest + std::log(sum) - std::log(norm));
}

double epsilon_at(double order, double rdp, double delta) {
    if (rdp == 0) return 0;
    // Where delta bounds the total variation distance, nothing is lost (Bretagnolle-Huber).
    if (delta * delta + std::expm1(-rdp) > 0) return 0;
    return std::max(0.0, rdp + std::log1p(-1 / order) - std::log(delta * order) / (order - 1));
}

}  // namespace

std::span<const double> rdp_orders() {
    static const std::vector<double> orders = make_orders();
    return orders;
}

double rdp_of_gaussian(double noise_multiplier, double sampling_rate, double order) {
    HZ_CHECK(noise_multiplier > 0 && sampling_rate >= 0 && sampling_rate <= 1 && order > 1,
             "a release and an order");
    if (sampling_rate == 0) return 0;
    if (sampling_rate == 1) return order / (2 * noise_multiplier * noise_multiplier);
    return log_expectation(noise_multiplier, sampling_rate, order) / (order - 1);
}

Status check_release(const GaussianRelease& release) {
    // Below 0.05 the sum over the steps would take minutes, and the epsilon would be in the hundreds.
    if (!(release.noise_multiplier >= 0.05) || !std::isfinite(release.noise_multiplier)) {
        return fail(ErrorCode::kInvalidArgument, "a noise multiplier is at least 0.05");
    }
    if (!(release.sampling_rate > 0 && release.sampling_rate <= 1) || release.times == 0) {
        return fail(ErrorCode::kInvalidArgument, "a release happens, to a share above 0 and at most 1");
    }
    return {};
}

RdpAccountant::RdpAccountant() : rdp_(rdp_orders().size()) {}

Status RdpAccountant::compose(const GaussianRelease& release) {
    HZ_TRY(check_release(release));
    const auto orders = rdp_orders();
    for (std::size_t i = 0; i < orders.size(); ++i) {
        rdp_[i] += static_cast<double>(release.times) *
                   rdp_of_gaussian(release.noise_multiplier, release.sampling_rate, orders[i]);
    }
    return {};
}

double RdpAccountant::epsilon(double delta) const {
    HZ_CHECK(delta > 0 && delta < 1, "0 < delta < 1");
    const auto orders = rdp_orders();
    double best = std::numeric_limits<double>::infinity();
    for (std::size_t i = 0; i < orders.size(); ++i) {
        best = std::min(best, epsilon_at(orders[i], rdp_[i], delta));
    }
    return best;
}

Result<double> noise_multiplier_for(double epsilon, double delta, double sampling_rate, std::uint64_t times) {
    if (!(epsilon > 0) || !(delta > 0 && delta < 1)) {
        return fail(ErrorCode::kInvalidArgument, "epsilon is above 0, and delta between 0 and 1");
    }
    const auto fits = [&](double multiplier) -> Result<bool> {
        RdpAccountant accountant;
        HZ_TRY(accountant.compose({multiplier, sampling_rate, times}));
        return accountant.epsilon(delta) <= epsilon;
    };
    double low = 0.05, high = 0.1;
    for (;; low = high, high *= 2) {
        if (high > 10'000) {
            return fail(ErrorCode::kInvalidArgument, "no noise multiplier below 10000 keeps this budget");
        }
        HZ_ASSIGN(const bool enough, fits(high));
        if (enough) break;
    }
    while (high - low > 1e-4 * high) {
        const double middle = (low + high) / 2;
        HZ_ASSIGN(const bool enough, fits(middle));
        (enough ? high : low) = middle;
    }
    return high;
}

}  // namespace huizhen::privacy
