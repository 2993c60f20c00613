#pragma once

// "Inferno" (Smith and van der Walt, matplotlib 2015): rising lightness, safe for colour-blind readers and in
// print.

#include <huizhen/render/picture.h>

namespace huizhen::imaging {

// `value` 0..1, clamped; linear between published control points.
Rgb inferno(double value);

// The opacity an evidence value is drawn with: nil below 0.1, full from 0.6 on.
double evidence_opacity(double value);

}  // namespace huizhen::imaging
