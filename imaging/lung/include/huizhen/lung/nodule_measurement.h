#pragma once

// What a radiologist would measure on a segmented nodule. Pure functions: any thread may call.

#include <huizhen/lung/nodule_segmentation.h>

namespace huizhen::imaging {

struct NoduleMeasurement {
    Vec3 centre_mm;  // LPS
    double volume_mm3 = 0;
    double equivalent_diameter_mm = 0;  // of the sphere of that volume
    double diameter_mm = 0;     // what readers would write: the above, calibrated (kReaderDiameter...)
    double long_axis_mm = 0;    // longest chord of the largest axial section
    double short_axis_mm = 0;   // widest extent perpendicular to it, same section
    double axial_area_mm2 = 0;  // of that section
    double axial_z_mm = 0;      // where it lies
    double long_axis_3d_mm = 0;
    double mean_hu = 0, sd_hu = 0;
    double p05_hu = 0, p25_hu = 0, median_hu = 0, p75_hu = 0, p95_hu = 0;
    double solid_volume_mm3 = 0;   // above kSolidHu
    double solid_diameter_mm = 0;  // of the sphere of that volume; 0 when there is none
    double solid_fraction = 0;
    double calcified_fraction = 0;  // above kCalcifiedHu
    double fat_fraction = 0;        // kFatLowHu to kFatHighHu, away from the border where air and tissue mix
};

inline constexpr double kSolidHu = -300;
inline constexpr double kCalcifiedHu = 200;
inline constexpr double kFatLowHu = -140, kFatHighHu = -30;

NoduleMeasurement measure_nodule(const NoduleSegmentation& segmentation);

}  // namespace huizhen::imaging
