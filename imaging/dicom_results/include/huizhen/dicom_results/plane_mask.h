#pragma once

// A finding's outline on the pixels of the source images: what the segmentation holds.

#include <cstdint>
#include <vector>

#include <huizhen/base/result.h>
#include <huizhen/dicom_results/source_series.h>
#include <huizhen/volume/volume.h>

namespace huizhen::imaging {

// The part of one image that a finding covers; pixels outside the box are outside the finding.
struct PlaneMask {
    std::size_t image = 0;  // index into SourceSeries::images
    int x = 0, y = 0, width = 0, height = 0;
    std::vector<std::uint8_t> inside;  // 0 or 1, rows top to bottom
    std::size_t pixels = 0;            // that are 1

    bool at(int column, int row) const {
        return column >= x && row >= y && column < x + width && row < y + height &&
               inside[static_cast<std::size_t>(row - y) * static_cast<std::size_t>(width) +
                      static_cast<std::size_t>(column - x)] != 0;
    }
};

// Planes with at least one pixel, along the normal. A pixel belongs to the finding where the mask,
// interpolated, passes one half in its middle. A finding that slips between the pixels' middles gets the
// pixel nearest to its centre of mass. kInvalidArgument: no voxel set, or all outside the images.
Result<std::vector<PlaneMask>> project_mask(const Mask& mask, const SourceSeries& source);

// The plane with the most pixels.
const PlaneMask& largest_plane(const std::vector<PlaneMask>& planes);

struct PixelPoint {
    double x = 0, y = 0;
};

// The outer border of the largest piece, along the pixels' edges, closed (the last point is the first), in
// coordinates whose origin is the corner of the image: the first pixel spans 0..1.
std::vector<PixelPoint> outline_of(const PlaneMask& plane);

}  // namespace huizhen::imaging
