#include <huizhen/base/check.h>
#include <huizhen/lung/nodule_patch.h>

#include "nodule_sampling.h"

namespace huizhen::imaging {

void canonical_patch(const Volume& volume, const NoduleSegmentation& segmentation, int side,
                     double spacing_mm, std::span<float> out) {
    HZ_CHECK(side > 0 && spacing_mm > 0, "a patch has a size");
    const auto n = static_cast<std::size_t>(side);
    HZ_CHECK(out.size() == n * n * n, "the patch's buffer holds side^3 samples");
    const PatientSampler<std::int16_t> sampler(volume);
    const Vec3 c = segmentation.centre_mm;
    const auto low = [](double surface, double centre) {
        return std::min(surface - kPatchMarginMm, centre - kPatchLeastHalfMm);
    };
    const auto high = [](double surface, double centre) {
        return std::max(surface + kPatchMarginMm, centre + kPatchLeastHalfMm);
    };
    const double x_low = low(segmentation.low_mm.x, c.x), x_high = high(segmentation.high_mm.x, c.x);
    const double y_low = low(segmentation.low_mm.y, c.y), y_high = high(segmentation.high_mm.y, c.y);
    const double half = 0.5 * (side - 1);
    std::size_t i = 0;
    for (int z = 0; z < side; ++z) {
        const double pz =
            std::clamp(c.z + (z - half) * spacing_mm, segmentation.low_mm.z, segmentation.high_mm.z);
        for (int y = 0; y < side; ++y) {
            const double py = std::clamp(c.y + (y - half) * spacing_mm, y_low, y_high);
            for (int x = 0; x < side; ++x)
                out[i++] = sampler.at({std::clamp(c.x + (x - half) * spacing_mm, x_low, x_high), py, pz});
        }
    }
}

}  // namespace huizhen::imaging
