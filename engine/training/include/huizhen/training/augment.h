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

struct VolumeAugmentation {
    bool turn_axial = true;   // by any angle in the axial plane
    double tilt_degrees = 0;  // of the axis, in either direction
    bool mirror = true;       // each axis by itself
    double scale = 0.0;       // natural logarithm; size carries meaning, so keep it small
    double shift = 1;         // samples, each axis
    double offset = 0;        // deviation of one offset for the whole volume, in units of the values
    double noise = 0;         // deviation per sample, the same units
};

struct SlabShape {
    int depth, side;  // depth slices of side x side

    std::size_t count() const {
        return static_cast<std::size_t>(depth) * static_cast<std::size_t>(side) *
               static_cast<std::size_t>(side);
    }
};

// A slab of shape `to` cut from the middle of one of shape `from`, x fastest. Trilinear; beyond the source
// the nearest sample repeats, so that a source of one slice goes on unchanged above and below.
void augment_slab(std::span<const float> source, SlabShape from, SlabShape to, const VolumeAugmentation& how,
                  Philox& random, std::span<float> out);

// The middle itself, untouched. Depths and sides must differ by even numbers.
void middle_slab(std::span<const float> source, SlabShape from, SlabShape to, std::span<float> out);

}  // namespace huizhen::engine
