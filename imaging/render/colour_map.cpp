#include <huizhen/render/colour_map.h>

namespace huizhen::imaging {

Rgb inferno(double value) {
    static constexpr Rgb kPoints[] = {{0, 0, 4},      {27, 12, 65},   {74, 12, 107},  {120, 28, 109},
                                      {165, 44, 96},  {207, 68, 70},  {237, 105, 37}, {251, 155, 6},
                                      {247, 209, 61}, {252, 255, 164}};
    constexpr int kLast = static_cast<int>(std::size(kPoints)) - 1;
    const double position = std::clamp(value, 0.0, 1.0) * kLast;
    const int low = std::min(static_cast<int>(position), kLast - 1);
    const double t = position - low;
    const auto mix = [t](std::uint8_t a, std::uint8_t b) {
        return static_cast<std::uint8_t>(std::lround(a + t * (b - a)));
    };
    const Rgb a = kPoints[low], b = kPoints[low + 1];
    return {mix(a.r, b.r), mix(a.g, b.g), mix(a.b, b.b)};
}

double evidence_opacity(double value) { return std::clamp((value - 0.1) / 0.5, 0.0, 1.0); }

}  // namespace huizhen::imaging
