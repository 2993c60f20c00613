#pragma once

// The kernels for one instruction set, gathered in their table. Everything is static and in the namespace of
// the set.

#include "kernel_elementwise.h"
#include "kernel_images.h"
#include "kernel_rows.h"
#include "kernel_tiles.h"
#include "kernel_winograd.h"

namespace huizhen::engine::cpu {
namespace HUIZHEN_KERNEL_NAMESPACE {

template <int V, int T>
static void fill_tiles(Kernels& k) {
    k.tile[V][T] = tile<T, V>;
    if constexpr (T > 1) fill_tiles<V, T - 1>(k);
}

static Kernels make() {
    Kernels k{};
    k.lanes = kLanes;
    k.rows_of[1] = 8;
    fill_tiles<1, 8>(k);
#if HUIZHEN_KERNEL_LANES == 16
    k.widest = 4;  // 32 registers
    k.rows_of[2] = 8;
    k.rows_of[4] = 6;
    fill_tiles<2, 8>(k);
    fill_tiles<4, 6>(k);
#else
    k.widest = 2;  // 16 registers
    k.rows_of[2] = 6;
    fill_tiles<2, 6>(k);
#endif
    k.unary = unary;
    k.unary_backward = unary_backward;
    k.binary = binary;
    k.binary_scalar = binary_scalar;
    k.axpby = axpby;
    k.adamw = adamw;
    k.sum = sum;
    k.sum_squares = sum_squares;
    k.channel_sums = channel_sums;
    k.channel_affine = channel_affine;
    k.channel_backward_sums = channel_backward_sums;
    k.channel_backward = channel_backward;
    k.winograd_input = winograd_input;
    k.winograd_output = winograd_output;
    k.winograd_gradient = winograd_gradient;
    k.exp_sum = exp_sum;
    k.maximum = maximum;
    k.dot = dot;
    return k;
}

}  // namespace HUIZHEN_KERNEL_NAMESPACE

const Kernels& HUIZHEN_KERNEL_ENTRY() {
    static const Kernels table = HUIZHEN_KERNEL_NAMESPACE::make();
    return table;
}

}  // namespace huizhen::engine::cpu
