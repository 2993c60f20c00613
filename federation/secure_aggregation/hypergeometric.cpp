#include <limits>
#include <numbers>

#include <math.h>

#include <huizhen/secure_aggregation/preflight.h>

namespace huizhen::secagg {

namespace {

double log_gamma(double x) {
    int sign = 0;
    return ::lgamma_r(x, &sign);  // std::lgamma writes a global
}

double log_choose(double n, double k) { return log_gamma(n + 1) - log_gamma(k + 1) - log_gamma(n - k + 1); }

}  // namespace

double log2_hypergeometric_tail(std::uint32_t total, std::uint32_t marked, std::uint32_t drawn,
                                std::uint32_t at_least) {
    const std::uint32_t lowest = marked + drawn > total ? marked + drawn - total : 0;
    const std::uint32_t highest = std::min(marked, drawn);
    if (at_least <= lowest) return 0;
    if (at_least > highest) return -std::numeric_limits<double>::infinity();
    const auto log_probability = [&](std::uint32_t x) {
        return log_choose(marked, x) + log_choose(total - marked, drawn - x) - log_choose(total, drawn);
    };
    double largest = log_probability(at_least);
    std::vector<double> terms;
    for (std::uint32_t x = at_least; x <= highest; ++x) {
        terms.push_back(log_probability(x));
        largest = std::max(largest, terms.back());
    }
    double sum = 0;
    for (const double term : terms) sum += std::exp(term - largest);
    return std::min(0.0, (largest + std::log(sum)) / std::numbers::ln2);
}

}  // namespace huizhen::secagg
