#pragma once

// Small synthetic chests for the tests of this folder.

#include <cmath>
#include <stdexcept>

#include <huizhen/lung/candidates.h>
#include <huizhen/lung/lungs.h>
#include <huizhen/lung/phantom.h>
#include <huizhen/volume/resample.h>

namespace huizhen::imaging::testing {

inline Executor& executor() {
    static Executor shared(2);
    return shared;
}

// Coarser than a scanner's grid, so that a sanitizer build stays quick.
inline PhantomOptions small_chest() {
    PhantomOptions options;
    options.size = {240, 240, 124};
    options.spacing_mm = {1.5, 1.5, 2.5};
    return options;
}

struct Chest {
    ChestPhantom phantom;
    Volume iso;
    Lungs lungs;

    bool in_lung(Vec3 patient_mm) const {
        const Vec3 v = iso.geometry().to_voxel(patient_mm);
        const int x = static_cast<int>(std::lround(v.x)), y = static_cast<int>(std::lround(v.y));
        const int z = static_cast<int>(std::lround(v.z));
        return lungs.mask.contains(x, y, z) && lungs.mask.at(x, y, z) != 0;
    }
};

inline Chest make_chest(const PhantomOptions& options) {
    Chest chest;
    chest.phantom = make_chest_phantom(options, executor());
    chest.iso = resample_isotropic(chest.phantom.volume, 1.0, executor());
    auto lungs = segment_lungs(chest.iso, executor(), {});
    if (!lungs) throw std::runtime_error(lungs.error().to_string());
    chest.lungs = std::move(*lungs);
    return chest;
}

}  // namespace huizhen::imaging::testing
