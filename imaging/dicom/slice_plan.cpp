#include "slice_plan.h"

#include <huizhen/dicom/limits.h>

namespace huizhen::imaging {
namespace {

// Positions are decimal strings, rounded by scanners to hundredths or worse.
constexpr double kSamePlaceMm = 0.02;
constexpr double kDirectionTolerance = 2e-3;                     // of direction cosines: 0.1 degrees
constexpr double kSpacingTolerance = 1e-3;                       // of pixel spacings, relative
constexpr double kMissingSliceRatio = 1.5;                       // of the median distance: a slice is missing
constexpr double kUnevenReported = 0.02, kUnevenRefused = 0.10;  // relative to the mean distance
constexpr double kJitterMm = 0.5;            // of in-plane positions off their common line
constexpr double kMaxSliceDistanceMm = 6.0;  // further apart, nodules fall between the slices
constexpr double kMinPixelMm = 0.05, kMaxPixelMm = 5.0;
// Beyond scanners (500 mm, reconstructed to 820 mm at most; a person's length): headers that lie would make
// resampling take all memory.
constexpr double kMaxFieldMm = 1000, kMaxLengthMm = 2500;
constexpr double kMaxCoordinateMm = 1e5;

tl::unexpected<Error> refuse(std::string reason) {
    return fail(ErrorCode::kUntrustworthyInput, std::move(reason));
}

std::string number(double value) {
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.4g", value);
    return text.data();
}

bool near(Vec3 a, Vec3 b, double tolerance) { return norm(a - b) <= tolerance; }
bool near_relative(double a, double b, double tolerance) {
    return std::abs(a - b) <= tolerance * std::abs(b);
}

Status check_complete(const FrameRecord& frame) {
    const FramePlace& place = frame.place;
    if (!place.position_mm || !place.row || !place.column) {
        return refuse("a slice has no position or orientation (0020,0032), (0020,0037)");
    }
    if (!place.row_spacing_mm || !place.column_spacing_mm)
        return refuse("a slice has no pixel spacing (0028,0030)");
    for (double spacing : {*place.row_spacing_mm, *place.column_spacing_mm}) {
        if (!(spacing >= kMinPixelMm && spacing <= kMaxPixelMm))
            return refuse("the pixel spacing (0028,0030) is implausible");
    }
    if (*place.row_spacing_mm * frame.rows > kMaxFieldMm ||
        *place.column_spacing_mm * frame.columns > kMaxFieldMm) {
        return refuse("the field of view, rows and columns times pixel spacing (0028,0030), is implausible");
    }
    if (std::abs(norm(*place.row) - 1) > 1e-2 || std::abs(norm(*place.column) - 1) > 1e-2 ||
        std::abs(dot(*place.row, *place.column)) > 1e-2) {
        return refuse("the slice orientation (0020,0037) is no pair of perpendicular unit vectors");
    }
    const Vec3 at = *place.position_mm;
    if (std::max({std::abs(at.x), std::abs(at.y), std::abs(at.z)}) > kMaxCoordinateMm) {
        return refuse("a slice position (0020,0032) is implausible");
    }
    if (!place.rescale || place.rescale->slope == 0 || std::abs(place.rescale->slope) > 1e4 ||
        std::abs(place.rescale->intercept) > 1e6) {
        return refuse(
            "a slice has no usable rescale (0028,1052), (0028,1053): its values are not Hounsfield units");
    }
    if (!place.rescale_type.empty() && place.rescale_type != "HU" && place.rescale_type != "US") {
        return refuse("the values are not Hounsfield units (0028,1054)");
    }
    return {};
}

Status check_alike(const std::vector<FrameRecord>& frames) {
    const FrameRecord& first = frames.front();
    for (const FrameRecord& frame : frames) {
        HZ_TRY(check_complete(frame));
        if (frame.rows != first.rows || frame.columns != first.columns) {
            return refuse("slices of different dimensions are mixed in one series");
        }
        if (!near(*frame.place.row, *first.place.row, kDirectionTolerance) ||
            !near(*frame.place.column, *first.place.column, kDirectionTolerance)) {
            return refuse("slices of different orientation are mixed in one series");
        }
        if (!near_relative(*frame.place.row_spacing_mm, *first.place.row_spacing_mm, kSpacingTolerance) ||
            !near_relative(*frame.place.column_spacing_mm, *first.place.column_spacing_mm,
                           kSpacingTolerance)) {
            return refuse("slices of different pixel spacing are mixed in one series");
        }
    }
    return {};
}

// The slices' common axes: rows and columns made exactly orthogonal, the normal towards +L, +P or +S.
struct Axes {
    Vec3 x, y, normal;
};

Axes common_axes(const FramePlace& place) {
    Axes axes;
    axes.x = (1 / norm(*place.row)) * *place.row;
    const Vec3 skewed = *place.column - dot(*place.column, axes.x) * axes.x;
    axes.y = (1 / norm(skewed)) * skewed;
    axes.normal = cross(axes.x, axes.y);
    double dominant = axes.normal.x;
    for (double component : {axes.normal.y, axes.normal.z}) {
        if (std::abs(component) > std::abs(dominant)) dominant = component;
    }
    if (dominant < 0) axes.normal = -1.0 * axes.normal;
    return axes;
}

// Sorts along the normal and takes out frames that lie where another does.
void sort_slices(std::vector<FrameRecord> frames, const Axes& axes, SlicePlan& plan) {
    const auto along = [&](const FrameRecord& f) { return dot(*f.place.position_mm, axes.normal); };
    std::stable_sort(frames.begin(), frames.end(),
                     [&](const auto& a, const auto& b) { return along(a) < along(b); });
    for (FrameRecord& frame : frames) {
        if (!plan.slices.empty() && along(frame) - along(plan.slices.back()) < kSamePlaceMm) {
            plan.duplicates.emplace_back(plan.slices.back(), std::move(frame));
        } else {
            plan.slices.push_back(std::move(frame));
        }
    }
    if (!plan.duplicates.empty()) {
        plan.findings.push_back(
            {"duplicate-slice", Severity::kWarning,
             std::to_string(plan.duplicates.size()) + " slices that were there twice were left out"});
    }
}

Status check_distances(SlicePlan& plan, const Axes& axes) {
    std::vector<double> distances;
    for (std::size_t i = 1; i < plan.slices.size(); ++i) {
        distances.push_back(
            dot(*plan.slices[i].place.position_mm - *plan.slices[i - 1].place.position_mm, axes.normal));
    }
    std::vector<double> sorted = distances;
    std::sort(sorted.begin(), sorted.end());
    const double median = sorted[sorted.size() / 2];
    std::size_t gaps = 0;
    double missing = 0;
    for (double distance : distances) {
        if (distance <= kMissingSliceRatio * median) continue;
        ++gaps;
        missing += std::round(distance / median) - 1;
    }
    if (gaps > 0) {
        return refuse("slices are missing: " + std::to_string(gaps) + " gaps, about " + number(missing) +
                      " slices at " + number(median) + " mm");
    }
    const double worst = std::max(std::abs(sorted.front() - median), std::abs(sorted.back() - median));
    if (worst > kUnevenRefused * median && worst > kSamePlaceMm * 2) {
        return refuse("the distance between slices varies from " + number(sorted.front()) + " to " +
                      number(sorted.back()) + " mm");
    }
    if (worst > kUnevenReported * median) {
        plan.findings.push_back({"uneven-spacing", Severity::kWarning,
                                 "the distance between slices varies from " + number(sorted.front()) +
                                     " to " + number(sorted.back()) + " mm; the mean is used"});
    }
    if (median > kMaxSliceDistanceMm) {
        return refuse("slices lie " + number(median) + " mm apart: nodules can hide between them");
    }
    if (median * static_cast<double>(distances.size()) > kMaxLengthMm)
        return refuse("the slices reach over more than a person's length");
    if (const auto thickness = plan.slices.front().place.thickness_mm; thickness && *thickness > 0) {
        if (median > 1.1 * *thickness) {
            plan.findings.push_back({"gap-between-slices", Severity::kWarning,
                                     "slices of " + number(*thickness) + " mm lie " + number(median) +
                                         " mm apart: what lies between was not imaged"});
        } else if (median < 0.9 * *thickness) {
            plan.findings.push_back(
                {"overlapping-slices", Severity::kInfo,
                 "slices of " + number(*thickness) + " mm lie " + number(median) + " mm apart"});
        }
    }
    return {};
}

double degrees(double radians) { return radians * 180 / 3.14159265358979323846; }

// Places the grid; where positions wander sideways from slice to slice (a tilted gantry), shears it upright.
Status place_grid(SlicePlan& plan, const Axes& axes, std::optional<double> tilt_tag) {
    const FrameRecord& first = plan.slices.front();
    const double steps = static_cast<double>(plan.slices.size() - 1);
    const Vec3 step = (1 / steps) * (*plan.slices.back().place.position_mm - *first.place.position_mm);
    const double drift_x = dot(step, axes.x), drift_y = dot(step, axes.y), distance = dot(step, axes.normal);
    for (std::size_t i = 0; i < plan.slices.size(); ++i) {
        const Vec3 off =
            *plan.slices[i].place.position_mm - (*first.place.position_mm + static_cast<double>(i) * step);
        if (std::hypot(dot(off, axes.x), dot(off, axes.y)) > kJitterMm) {
            return refuse("slice positions (0020,0032) do not lie on a line: the patient or the table moved");
        }
    }
    const double dx = *first.place.column_spacing_mm, dy = *first.place.row_spacing_mm;
    const double shift_x = drift_x * steps / dx,
                 shift_y = drift_y * steps / dy;  // over all slices, in voxels
    const double measured_tilt = degrees(std::atan2(std::hypot(drift_x, drift_y), distance));
    constexpr double kMaxTiltDegrees = 45, kNoShiftVoxels = 0.1, kTiltToleranceDegrees = 1;
    plan.is_sheared = std::max(std::abs(shift_x), std::abs(shift_y)) > kNoShiftVoxels;
    if (measured_tilt > kMaxTiltDegrees)
        return refuse("slice positions run sideways, not along the slices' normal");
    if (plan.is_sheared) {
        plan.slice_shift_x = drift_x / dx;
        plan.slice_shift_y = drift_y / dy;
        plan.findings.push_back(
            {"gantry-tilt-corrected", Severity::kInfo,
             "slices are tilted by " + number(measured_tilt) + " degrees; the volume was sheared upright"});
    }
    if (std::abs(std::abs(tilt_tag.value_or(0)) - (plan.is_sheared ? measured_tilt : 0)) >
        kTiltToleranceDegrees) {
        plan.findings.push_back({"tilt-contradicts-positions", Severity::kWarning,
                                 "the header gives a gantry tilt of " + number(tilt_tag.value_or(0)) +
                                     " degrees, the slice positions " + number(measured_tilt)});
    }
    const int grow_x = plan.is_sheared ? static_cast<int>(std::ceil(std::abs(shift_x))) : 0;
    const int grow_y = plan.is_sheared ? static_cast<int>(std::ceil(std::abs(shift_y))) : 0;
    plan.origin_shift_x = shift_x < 0 ? grow_x : 0;
    plan.origin_shift_y = shift_y < 0 ? grow_y : 0;
    plan.size = {first.columns + grow_x, first.rows + grow_y, static_cast<int>(plan.slices.size())};
    if (plan.size.count() > kMaxVolumeVoxels)
        return fail(ErrorCode::kLimitExceeded, "the series has more voxels than are read");
    const Vec3 origin =
        *first.place.position_mm - (plan.origin_shift_x * dx) * axes.x - (plan.origin_shift_y * dy) * axes.y;
    plan.geometry = Geometry{origin, {dx, dy, distance}, axes.x, axes.y, axes.normal};
    return {};
}

}  // namespace

Result<SlicePlan> plan_slices(std::vector<FrameRecord> frames, int min_slices,
                              std::optional<double> gantry_tilt_degrees) {
    const auto too_few = [&](std::size_t count) {
        return refuse("only " + std::to_string(count) + (count == 1 ? " slice" : " slices") + ": at least " +
                      std::to_string(std::max(2, min_slices)) + " are needed");
    };
    const auto needed = static_cast<std::size_t>(std::max(2, min_slices));
    if (frames.size() < needed) return too_few(frames.size());
    HZ_TRY(check_alike(frames));
    const Axes axes = common_axes(frames.front().place);
    SlicePlan plan;
    sort_slices(std::move(frames), axes, plan);
    if (plan.slices.size() < needed) return too_few(plan.slices.size());
    HZ_TRY(check_distances(plan, axes));
    HZ_TRY(place_grid(plan, axes, gantry_tilt_degrees));
    return plan;
}

}  // namespace huizhen::imaging
