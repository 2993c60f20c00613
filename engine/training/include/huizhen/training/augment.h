#pragma once

// Random but repeatable changes of pictures that leave their meaning: turned, mirrored, scaled, shifted,
// noisy. All draws come from the generator given. Pure functions, any thread.

#include <span>

#include <huizhen/tensor/philox.h>

namespace huizhen::engine {

// Ranges are symmetric and drawn uniformly unless said otherwise.
struct PlaneAugmentation {
    bool turn = true;  // by any angle
    bool mirror = true;
    double scale = 0.2;       // natural logarithm
    double shift = 3;         // pixels
    double contrast = 0.1;    // deviation of a normal factor around 1
    double brightness = 0.1;  // deviation, in units of the values
    double noise = 0.04;      // deviation per pixel, the same units
};

// `in` and `out`: side x side values. Bilinear; outside the picture it is mirrored at the border.
void augment_plane(std::span<const float> in, int side, const PlaneAugmentation& how, Philox& random,
                   std::span<float> out);

struct CubeAugmentation {
    bool turn_axial = true;   // by any angle in the axial plane
    double tilt_degrees = 0;  // of the axis, in either direction
    bool mirror = true;       // each axis by itself
    double scale = 0.0;       // natural logarithm; size carries meaning, so keep it small
    double shift = 1;         // samples, each axis
    double offset = 0;        // deviation of one offset for the whole cube, in units of the values
    double noise = 0;         // deviation per sample, the same units
};

// A cube of `side`^3 cut from the middle of one of `source_side`^3, x fastest. Trilinear; beyond the source
// the nearest sample repeats.
void augment_cube(std::span<const float> source, int source_side, int side, const CubeAugmentation& how,
                  Philox& random, std::span<float> out);

// The middle itself, untouched. The sides must differ by an even number.
void middle_cube(std::span<const float> source, int source_side, int side, std::span<float> out);

}  // namespace huizhen::engine
