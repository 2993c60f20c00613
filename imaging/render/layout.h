#pragma once

// Colours and small pieces the pictures share.

#include <huizhen/render/finding_picture.h>
#include <huizhen/render/pane.h>
#include <huizhen/render/text.h>

namespace huizhen::imaging::layout {

inline constexpr Rgb kBackground{13, 16, 21};
inline constexpr Rgb kText{235, 238, 242};
inline constexpr Rgb kDim{150, 158, 170};
inline constexpr Rgb kRule{52, 60, 72};
inline constexpr Rgb kOutline{86, 214, 236};
inline constexpr Rgb kMarker{255, 214, 102};
inline constexpr int kMargin = 20;
inline constexpr int kGap = 10;

// The patient-space box of the volume's voxel centres.
struct Box {
    Vec3 low, high;
};
Box box_of(const Volume& volume);

// A side of the square that shows a nodule with as much around it, in mm: 40, or three long axes, at most
// 120.
double zoom_field_mm(double long_axis_mm);

// Shortened with "..." to fit `width` pixels.
std::string fitted(const std::string& text, double width, const TextStyle& style);

void draw_footer(Picture& picture, const PictureNotes& notes);

}  // namespace huizhen::imaging::layout
