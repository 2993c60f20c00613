#pragma once

// A synthetic chest CT: drawn from formulas and a seed, no patient behind it. For demonstrations and tests,
// which must name it synthetic wherever it is shown.
//
// Body, ribs, spine, heart and great vessels, two lungs with fissures, airways and branching vessels, and
// nodules of the kinds a radiologist meets, with the truth about each. Sizes and densities are those of
// textbooks (Webb, Mueller and Naidich, High-Resolution CT of the Lung; soft tissue 40, fat -100, lung -860
// HU).

#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include <huizhen/base/executor.h>
#include <huizhen/volume/volume.h>

namespace huizhen::imaging {

enum class PhantomNoduleKind {
    kSpiculated,
    kSmoothSolid,
    kCalcified,
    kPartSolid,
    kGroundGlass,
    kJuxtapleural,
    kJuxtavascular,
};

std::string_view phantom_nodule_kind_name(PhantomNoduleKind kind);  // "spiculated", "smooth-solid" ...

struct PhantomNodule {
    PhantomNoduleKind kind = PhantomNoduleKind::kSmoothSolid;
    Vec3 centre_mm;
    double diameter_mm = 0;        // of the ball it is drawn from, spicules left out
    double solid_diameter_mm = 0;  // of the solid part: the whole, a core, or 0
};

struct PhantomOptions {
    Size3 size{512, 512, 248};
    Vec3 spacing_mm{0.7, 0.7, 1.25};
    std::uint64_t seed = 20120;
    double noise_hu = 18;  // standard deviation in the body
    bool with_table = true;
    bool with_vessels = true;
    // Thickness of the tissue between the lungs at the anterior junction; 0 lets them touch.
    double junction_mm = 5;
    // What is drawn and how large (mm); places are chosen from the seed.
    std::vector<std::pair<PhantomNoduleKind, double>> nodules = {
        {PhantomNoduleKind::kSpiculated, 18},   {PhantomNoduleKind::kSmoothSolid, 8},
        {PhantomNoduleKind::kCalcified, 7},     {PhantomNoduleKind::kPartSolid, 15},
        {PhantomNoduleKind::kGroundGlass, 12},  {PhantomNoduleKind::kJuxtapleural, 11},
        {PhantomNoduleKind::kJuxtavascular, 7},
    };
};

struct ChestPhantom {
    Volume volume;                       // patient order, centred on the isocentre
    std::vector<PhantomNodule> nodules;  // the truth
};

// The same options give the same voxels for any number of threads.
ChestPhantom make_chest_phantom(const PhantomOptions& options, Executor& executor);

}  // namespace huizhen::imaging
