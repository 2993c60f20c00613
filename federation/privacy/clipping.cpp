#include <huizhen/base/check.h>
#include <huizhen/privacy/clipping.h>

namespace huizhen::privacy {

Result<double> clip_l2(std::span<float> update, double max_norm) {
    HZ_CHECK(std::isfinite(max_norm) && max_norm > 0, "a norm is above zero");
    double squares = 0;
    for (const float value : update) squares += static_cast<double>(value) * value;
    const double norm = std::sqrt(squares);
    if (!std::isfinite(norm)) {
        return fail(ErrorCode::kInvalidArgument, "the update holds a value that is not finite");
    }
    if (norm > max_norm) {
        // A hair less, so that rounding to float cannot lift the norm above the bound again.
        const double factor = max_norm / norm * (1 - 1e-6);
        for (float& value : update) value = static_cast<float>(value * factor);
    }
    return norm;
}

}  // namespace huizhen::privacy
