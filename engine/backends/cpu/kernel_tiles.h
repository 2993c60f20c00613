#pragma once

// Register tiles: the inner loop of every convolution. Included by kernels_body.h only, once per instruction
// set.

#include "kernels.h"
#include "vector_math.h"

namespace huizhen::engine::cpu {
namespace HUIZHEN_KERNEL_NAMESPACE {

template <int T, int V>
static void tile(const TileArguments& g) {
    Vec acc[T][V];
#pragma GCC unroll 8
    for (int t = 0; t < T; ++t)
#pragma GCC unroll 4
        for (int v = 0; v < V; ++v) acc[t][v] = load(g.c + t * g.c_t + v * kLanes);
    for (std::ptrdiff_t s = 0; s < g.segment_count; ++s) {
        const float* a = g.a + g.segments[s].a;
        const float* b = g.b + g.segments[s].b;
        const std::ptrdiff_t a_t = g.a_t;
        const std::ptrdiff_t a_k = g.a_k;
        const std::ptrdiff_t b_k = g.b_k;
        for (std::ptrdiff_t k = g.k; k > 0; --k) {
            Vec row[V];
#pragma GCC unroll 4
            for (int v = 0; v < V; ++v) row[v] = load(b + v * kLanes);
#pragma GCC unroll 8
            for (int t = 0; t < T; ++t) {
                const Vec x = splat(a[t * a_t]);
#pragma GCC unroll 4
                for (int v = 0; v < V; ++v) acc[t][v] += x * row[v];
            }
            a += a_k;
            b += b_k;
        }
    }
#pragma GCC unroll 8
    for (int t = 0; t < T; ++t)
#pragma GCC unroll 4
        for (int v = 0; v < V; ++v) store(g.c + t * g.c_t + v * kLanes, acc[t][v]);
}

}  // namespace HUIZHEN_KERNEL_NAMESPACE
}  // namespace huizhen::engine::cpu
