#pragma once

// Where in the lungs a point lies: side, how deep under the pleura, and which lobe it is likely in.
//
// Fissures are not segmented. The lobe is estimated from textbook anatomy (Gray's Anatomy, surface projection
// of the lungs): the oblique fissure runs from the fourth thoracic spine behind, a quarter down from the
// apex, to the sixth costochondral junction in front; the right horizontal fissure leaves at the fourth
// costal cartilage, level with the hilum. Fissures differ between people by some 15 mm, so what is given are
// probabilities: near a fissure, or in a lung of which part was not scanned, they say so. Formulas that ask
// "upper lobe?" should be given the answer only where `upper_lobe_probability` is decisive, and the reader
// should be able to correct it.

#include <array>
#include <string_view>

#include <huizhen/lung/lungs.h>

namespace huizhen::imaging {

enum class LungLobe { kRightUpper, kRightMiddle, kRightLower, kLeftUpper, kLeftLower };

std::string_view lung_lobe_name(LungLobe lobe);  // "right-upper", ...

// The box around each lung in patient mm; index by side (kRightLung, kLeftLung).
struct LungExtents {
    struct Box {
        Vec3 low, high;
        bool present = false;
    };
    std::array<Box, 3> sides;
};

LungExtents measure_extents(const Lungs& lungs);

struct LungLocation {
    std::uint8_t side = kNoLung;            // of the nearest lung; kNoLung only where none is within 30 mm
    double depth_mm = 0;                    // to the lungs' surface, positive inside
    LungLobe lobe = LungLobe::kRightUpper;  // the likeliest; meaningless where side is kNoLung
    double lobe_probability = 0;
    double upper_lobe_probability = 0;
};

// The share of what `outline` marks that lies inside the closed lungs, 0 to 1; 0 for an empty outline.
double share_inside(const Lungs& lungs, const Mask& outline);

LungLocation locate(const Lungs& lungs, const LungExtents& extents, Vec3 patient_mm);

}  // namespace huizhen::imaging
