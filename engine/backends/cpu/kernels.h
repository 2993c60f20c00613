#pragma once

// The inner loops, compiled once per instruction set. Plain C types only: see CMakeLists.txt.

#include <cstddef>
#include <cstdint>

namespace huizhen::engine::cpu {

// Where one run of a tile's sum starts, in elements from `a` and `b`.
struct Segment {
    std::ptrdiff_t a;
    std::ptrdiff_t b;
};

// c[t, :] += sum over segments, k of a[segment.a + t a_t + k a_k] * b[segment.b + k b_k, :],
// t in [0, T), rows of V vectors.
struct TileArguments {
    const float* a;
    const float* b;
    const Segment* segments;
    std::ptrdiff_t segment_count;
    std::ptrdiff_t a_t, a_k, b_k, k;
    float* c;
    std::ptrdiff_t c_t;
};
using TileFunction = void (*)(const TileArguments&);

struct NormSums {
    double sum;
    double squares;
};

inline constexpr int kMaxTileVectors = 4;
inline constexpr int kMaxTileRows = 8;

struct Kernels {
    int lanes;                         // floats in a vector
    int widest;                        // vectors in the widest tile
    int rows_of[kMaxTileVectors + 1];  // most rows of a tile with so many vectors; 0: no such tile
    TileFunction tile[kMaxTileVectors + 1][kMaxTileRows + 1];

    // kind, alpha, beta as in HzUnary
    void (*unary)(int kind, float alpha, float beta, const float* x, float* y, std::ptrdiff_t n);
    void (*unary_backward)(int kind, float alpha, float beta, const float* x, const float* y, const float* dy,
                           float* dx, std::ptrdiff_t n);
    void (*binary)(int kind, const float* a, const float* b, float* out, std::ptrdiff_t n);
    void (*binary_scalar)(int kind, const float* a, float b, float* out, std::ptrdiff_t n);
    void (*axpby)(float alpha, const float* x, float beta, float* y, std::ptrdiff_t n);
    void (*adamw)(const float* scalars, float* w, const float* g, float* m, float* v, std::ptrdiff_t n);
    double (*sum)(const float* x, std::ptrdiff_t n);
    double (*sum_squares)(const float* x, std::ptrdiff_t n);

    // x [pixels, channels]: sums[c] += x, squares[c] += (x - shift[c])^2 ... see norm.cpp
    void (*channel_sums)(const float* x, std::ptrdiff_t pixels, std::ptrdiff_t channels, float* sums,
                         float* squares);
    // y = act(x scale[c] + shift[c])
    void (*channel_affine)(int activation, const float* x, const float* scale, const float* shift, float* y,
                           std::ptrdiff_t pixels, std::ptrdiff_t channels);
    // through = dy act'(x scale + shift); sums[c] += through, products[c] += through x
    void (*channel_backward_sums)(int activation, const float* x, const float* dy, const float* scale,
                                  const float* shift, std::ptrdiff_t pixels, std::ptrdiff_t channels,
                                  float* sums, float* products);
    // dx = through a[c] + x b[c] + d[c]
    void (*channel_backward)(int activation, const float* x, const float* dy, const float* scale,
                             const float* shift, const float* a, const float* b, const float* d, float* dx,
                             std::ptrdiff_t pixels, std::ptrdiff_t channels);

    // Winograd F(4, 3) along width (winograd.h). pixels: 6 places; out: 6 planes.
    void (*winograd_input)(const float* const* pixels, std::ptrdiff_t channels, float* out,
                           std::ptrdiff_t plane);
    // u: 6 planes of `width` floats; the first `valid` of 4 outputs, `step` apart.
    void (*winograd_output)(const float* u, std::ptrdiff_t plane, const float* bias, std::ptrdiff_t valid,
                            float* out, std::ptrdiff_t step, std::ptrdiff_t width);
    // pixels: 4 places of the output's gradient; out: 6 planes.
    void (*winograd_gradient)(const float* const* pixels, std::ptrdiff_t channels, float* out,
                              std::ptrdiff_t plane);

    // Rows of `columns`: y = exp(x - shift) and its sum; columns need not be a multiple of anything.
    float (*exp_sum)(const float* x, float shift, float* y, std::ptrdiff_t columns);
    float (*maximum)(const float* x, std::ptrdiff_t columns);
    float (*dot)(const float* a, const float* b, std::ptrdiff_t n);
};

const Kernels& kernels();  // for huizhen::cpu_level(), chosen once

const Kernels& kernels_baseline();
const Kernels& kernels_avx2();
const Kernels& kernels_avx512();

}  // namespace huizhen::engine::cpu
