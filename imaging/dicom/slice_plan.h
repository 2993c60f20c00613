#pragma once

// From the places that the frames of one series claim to the grid they make up, or the reason they make up
// none. Pure: reads no files.

#include <vector>

#include <huizhen/dicom/series.h>

#include "image_header.h"

namespace huizhen::imaging {

// One frame as the series sees it: which file, which frame in it.
struct FrameRecord {
    std::size_t file = 0, frame = 0;
    int rows = 0, columns = 0;
    FramePlace place;
    std::string sop_instance_uid;
};

struct SlicePlan {
    std::vector<FrameRecord> slices;  // sorted along the normal, one per z
    // Two frames at one place: the second is dropped if its HU prove to be the first's, else the series is
    // refused.
    std::vector<std::pair<FrameRecord, FrameRecord>> duplicates;  // kept, dropped
    Geometry geometry;  // of the grid after the tilt is sheared away; z runs along the slices' normal
    Size3 size;
    // In voxels: slice k of the input lies at (origin_shift + k * slice_shift) on the grid. All zero without
    // tilt.
    double slice_shift_x = 0, slice_shift_y = 0;
    int origin_shift_x = 0, origin_shift_y = 0;
    bool is_sheared = false;
    std::vector<AssemblyFinding> findings;
};

// `gantry_tilt_degrees` is the header's own word, compared with what the positions show.
Result<SlicePlan> plan_slices(std::vector<FrameRecord> frames, int min_slices,
                              std::optional<double> gantry_tilt_degrees);

}  // namespace huizhen::imaging
