#pragma once

// Where the lungs are, with every nodule that belongs to them inside, those on the pleura too.
//
// The way: air inside the body (not joined to the air around it in any axial slice), trachea and main bronchi
// grown and taken out, left and right parted, and each lung closed by a rolling ball so that vessels and
// nodules on the chest wall fall inside.

#include <stop_token>

#include <huizhen/base/executor.h>
#include <huizhen/base/result.h>
#include <huizhen/volume/volume.h>

namespace huizhen::imaging {

inline constexpr std::uint8_t kNoLung = 0;
inline constexpr std::uint8_t kRightLung = 1;  // the patient's right
inline constexpr std::uint8_t kLeftLung = 2;

struct Lungs {
    Mask mask;                 // 1 inside the closed lungs, on the grid of the volume
    Grid<std::uint8_t> sides;  // kNoLung, kRightLung, kLeftLung, on the same grid
    // Signed distance to the lungs' surface in mm, positive inside, on a grid twice as coarse.
    Grid<float> depth_mm;
    double right_litres = 0;
    double left_litres = 0;
    double threshold_hu = 0;    // below it, air and parenchyma; above, tissue
    double parenchyma_hu = 0;   // median of the aerated lung
    bool airway_found = false;  // trachea seen; without it (chest cut low) the main bronchi stay in the mask
    bool cut_at_head = false;   // the lungs reach the first or last slice: part of them was not scanned
    bool cut_at_feet = false;

    double litres() const { return right_litres + left_litres; }
};

// `iso`: isotropic, 0.5 to 1.5 mm, in patient order (volume/orient.h: x to the left, y to the back, z to the
// head). kUntrustworthyInput where no lungs are seen (head, abdomen, a phantom of water); kCancelled on
// `stop`.
Result<Lungs> segment_lungs(const Volume& iso, Executor& executor, std::stop_token stop);

// Signed distance from a point to the lungs' surface, mm, positive inside; the grid's edge replicates.
double depth_mm_at(const Lungs& lungs, Vec3 patient_mm);

}  // namespace huizhen::imaging
