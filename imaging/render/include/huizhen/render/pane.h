#pragma once

// One square view through a volume along the patient's axes, as radiologists hang it: axial seen from the
// feet, coronal from the front, sagittal from the left; R, A, H on the left and upper sides.

#include <array>
#include <string_view>

#include <huizhen/render/picture.h>
#include <huizhen/volume/volume.h>

namespace huizhen::imaging {

enum class Plane { kAxial, kCoronal, kSagittal };

// HU shown from black to white: level -600, width 1500 is the usual lung window.
struct Window {
    double level = -600, width = 1500;
    std::uint8_t grey(double hu) const;
};

struct PaneView {
    Plane plane = Plane::kAxial;
    Vec3 centre_mm = {};   // LPS
    double field_mm = 60;  // side of the square
    int pixels = 300;      // side of the square

    double mm_per_pixel() const { return field_mm / pixels; }
    Vec3 to_patient(Point2 pixel) const;
    Point2 to_pixel(Vec3 patient_mm) const;  // projected onto the plane
    // "R", "L", "A", "P", "H", "F" at the left, right, top and bottom edge.
    std::array<std::string_view, 4> edge_letters() const;
};

// The CT itself; black outside the volume.
Picture render_ct(const Volume& volume, const PaneView& view, Window window = {});

// The line where a mask (on any grid) crosses one half, anti-aliased, `width` pixels.
void draw_outline(Picture& pane, const PaneView& view, const Mask& mask, Rgb colour, double width = 1.5);

// Evidence of 0..1 over the CT: its colour by colour_map.h, more opaque where it is stronger, nothing where
// it is nil.
void draw_evidence(Picture& pane, const PaneView& view, const Grid<float>& evidence, double opacity = 0.65);

// A ruler with a tick each millimetre, five and ten along the lower edge, and orientation letters.
void draw_ruler(Picture& pane, const PaneView& view);
void draw_orientation(Picture& pane, const PaneView& view);

}  // namespace huizhen::imaging
