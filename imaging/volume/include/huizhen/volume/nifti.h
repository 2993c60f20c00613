#pragma once

// NIfTI-1 single files (.nii, .nii.gz), the form public research data comes in. Read only. The specification:
// nifti1.h, R. W. Cox et al., NIfTI Data Format Working Group, 2003-2007.
//
// World coordinates are turned from NIfTI's RAS+ into ours (LPS), and the voxels reordered so that the axes
// run along +L, +P, +S (orient.h). The s-form places the image where present, else the q-form, else voxel
// sizes only. Errors: kNotFound, kPermissionDenied, kIo, kMalformedInput (not NIfTI, truncated, sheared
// axes), kUnsupported (colour, complex, more than three dimensions), kLimitExceeded (kMaxNiftiVoxels).

#include <filesystem>

#include <huizhen/base/result.h>
#include <huizhen/volume/volume.h>

namespace huizhen::imaging {

inline constexpr std::size_t kMaxNiftiVoxels = std::size_t{1} << 30;

// Values (scaled by scl_slope and scl_inter) rounded to int16, saturating.
Result<Volume> read_nifti_volume(const std::filesystem::path& path);

// 1 wherever the value is above 0.5.
Result<Mask> read_nifti_mask(const std::filesystem::path& path);

}  // namespace huizhen::imaging
