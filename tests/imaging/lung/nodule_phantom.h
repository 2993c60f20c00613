#pragma once

// A lung with a ball in it, sampled with partial volume, and what may touch the ball.

#include <cmath>

#include <huizhen/volume/volume.h>

namespace huizhen::imaging::testing {

inline constexpr double kLungHu = -860;
inline constexpr double kTissueHu = 40;

struct Phantom {
    Size3 size{64, 64, 40};
    Vec3 spacing_mm{0.7, 0.7, 1.25};
    Vec3 centre_mm{3, -2, 5};  // of the ball and of the volume
    double radius_mm = 6;
    double ball_hu = kTissueHu;
    double core_radius_mm = 0;    // tissue in the middle of the ball
    double vessel_radius_mm = 0;  // a cylinder along x through the centre
    double wall_beside_mm = 1e9;  // tissue beyond this y, measured from the centre
    double spike_hu = -2000;      // above lung: eight thin rays out of the ball
};

inline Volume make_phantom(const Phantom& p) {
    Geometry geometry;
    geometry.spacing_mm = p.spacing_mm;
    geometry.origin_mm =
        p.centre_mm - Vec3{0.5 * (p.size.x - 1) * p.spacing_mm.x, 0.5 * (p.size.y - 1) * p.spacing_mm.y,
                           0.5 * (p.size.z - 1) * p.spacing_mm.z};
    Volume volume(p.size, geometry);
    // A soft step 1 mm wide stands for the scanner's point spread.
    const auto step = [](double inside_mm) { return std::clamp(inside_mm + 0.5, 0.0, 1.0); };
    for (int z = 0; z < p.size.z; ++z)
        for (int y = 0; y < p.size.y; ++y)
            for (int x = 0; x < p.size.x; ++x) {
                const Vec3 d = geometry.to_patient({double(x), double(y), double(z)}) - p.centre_mm;
                const auto blend = [](double hu, double share) { return kLungHu + share * (hu - kLungHu); };
                double hu = blend(p.ball_hu, step(p.radius_mm - norm(d)));
                if (p.core_radius_mm > 0) hu += step(p.core_radius_mm - norm(d)) * (kTissueHu - hu);
                if (p.vessel_radius_mm > 0)
                    hu = std::max(hu, blend(kTissueHu, step(p.vessel_radius_mm - std::hypot(d.y, d.z))));
                hu = std::max(hu, blend(kTissueHu, step(d.y - p.wall_beside_mm)));
                if (p.spike_hu > kLungHu && norm(d) < 2 * p.radius_mm) {
                    const double turn = std::atan2(d.y, d.x), eighth = std::acos(-1.0) / 4;
                    const double off =
                        std::abs(turn - eighth * std::round(turn / eighth)) * std::hypot(d.x, d.y);
                    hu = std::max(hu, blend(p.spike_hu, step(0.9 - std::hypot(off, d.z))));
                }
                volume.at(x, y, z) = static_cast<std::int16_t>(std::lround(hu));
            }
    return volume;
}

}  // namespace huizhen::imaging::testing
