#pragma once

// Numbers a model reads beside the picture: size, density, shape, margin, texture and surroundings of a
// nodule, each finite whatever the nodule. Pure functions: any thread may call.
//
// Only samples between the surface's lowest and highest z are read, since volumes cut around a nodule end
// there while a whole scan goes on; margins are measured along rays close to the axial plane.

#include <array>
#include <string_view>

#include <huizhen/lung/nodule_measurement.h>

namespace huizhen::imaging {

// Units in the name where there are any; the rest are ratios or logarithms. Order is part of a trained model.
inline constexpr auto kNoduleFeatureNames = std::to_array<std::string_view>({
    // size
    "log_diameter_mm",
    "log_axial_diameter_mm",
    "log_long_axis_mm",
    "log_short_axis_mm",
    "log_solid_diameter_mm",
    // shape
    "short_over_long",
    "height_over_width",
    "second_over_first_axis",
    "third_over_first_axis",
    "sphericity",
    "solidity",
    "lobulation",
    "roughness",
    "radius_cv",
    "spike_count",
    "spike_fraction",
    "attached_fraction",
    "reach_mean",
    "section_circularity",
    "section_solidity",
    // density
    "mean_hu",
    "sd_hu",
    "p05_hu",
    "p25_hu",
    "median_hu",
    "p75_hu",
    "p95_hu",
    "p99_hu",
    "skewness",
    "core_mean_hu",
    "core_sd_hu",
    "core_p95_hu",
    "below_600_fraction",
    "from_600_to_300_fraction",
    "from_300_to_50_fraction",
    "from_50_to_100_fraction",
    "from_100_to_200_fraction",
    "from_200_to_400_fraction",
    "above_400_fraction",
    "fat_fraction",
    "calcified_core_fraction",
    // margin, along rays near the axial plane
    "profile_25_hu",
    "profile_50_hu",
    "profile_75_hu",
    "profile_90_hu",
    "profile_minus_1mm_hu",
    "profile_border_hu",
    "profile_plus_1mm_hu",
    "profile_plus_2mm_hu",
    "profile_plus_3mm_hu",
    "profile_50_sd_hu",
    "profile_90_sd_hu",
    "profile_plus_1mm_sd_hu",
    "profile_plus_2mm_sd_hu",
    "gradient_mean_hu_per_mm",
    "gradient_p10_hu_per_mm",
    "gradient_p90_hu_per_mm",
    "gradient_cv",
    "edge_width_mm",
    // texture of the inside
    "glcm_contrast",
    "glcm_homogeneity",
    "glcm_energy",
    "glcm_entropy",
    "glcm_correlation",
    "fine_sd_hu",
    "coarse_sd_hu",
    // surroundings
    "background_hu",
    "threshold_hu",
    "shell_mean_hu",
    "shell_sd_hu",
    "shell_dense_fraction",
});

using NoduleFeatures = std::array<float, kNoduleFeatureNames.size()>;

NoduleFeatures nodule_features(const NoduleSegmentation& segmentation, const NoduleMeasurement& measurement);

// The native slice of `volume` nearest to `centre_mm`, as a volume of its own, kSliceThicknessMm thick. Empty
// where the centre lies outside the volume. A picture of one slice (a crop published without its neighbours)
// is the same kind of volume, so that a model can learn from both.
Volume axial_slice(const Volume& volume, Vec3 centre_mm);
inline constexpr double kSliceThicknessMm = 1;

// The same numbers measured on axial_slice() alone, outlined anew from the segmentation's centre.
// kNotFound when nothing denser than lung is there.
Result<NoduleFeatures> axial_slice_features(const Volume& volume, const NoduleSegmentation& segmentation);

}  // namespace huizhen::imaging
