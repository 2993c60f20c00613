#pragma once

/* What the operations of a backend are given: plain C structs. See backend_abi.h for the table of functions.
 */

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define HZ_MAX_RANK 8

enum { HZ_OK = 0, HZ_UNSUPPORTED = 1, HZ_OUT_OF_MEMORY = 2, HZ_FAILED = 3 };
enum { HZ_F32 = 1, HZ_BF16 = 2, HZ_I8 = 3, HZ_I32 = 4 };
enum { HZ_LAYOUT_CANONICAL = 0 };

typedef enum HzOp {
    HZ_OP_MATMUL = 1,
    HZ_OP_CONV_FORWARD = 2,
    HZ_OP_CONV_BACKWARD_DATA = 3,
    HZ_OP_CONV_BACKWARD_WEIGHTS = 4,
    HZ_OP_POOL = 5,
    HZ_OP_GROUP_NORM = 6,
    HZ_OP_LAYER_NORM = 7,
    HZ_OP_SOFTMAX = 8,
    HZ_OP_ATTENTION = 9,
    HZ_OP_UNARY = 10,
    HZ_OP_BINARY = 11,
    HZ_OP_DROPOUT = 12,
    HZ_OP_REDUCE = 13,
    HZ_OP_GATHER = 14,
    HZ_OP_STRIDED_COPY = 15,
    HZ_OP_LOSS = 16,
    HZ_OP_ADAMW = 17,
    HZ_OP_AXPBY = 18
} HzOp;

typedef enum HzActivation { HZ_ACT_NONE = 0, HZ_ACT_RELU = 1, HZ_ACT_GELU = 2 } HzActivation;

/* A view of dense memory. `data` NULL means "absent" where an argument is optional. */
typedef struct HzTensor {
    void* data;
    int64_t dims[HZ_MAX_RANK];
    int32_t rank;
    int32_t dtype;
    int32_t layout;
    int32_t reserved;
} HzTensor;

/* The host's threads. body(argument, begin, end) over disjoint ranges covering [0, count). */
typedef struct HzParallel {
    void* context;
    int32_t threads;
    void (*run)(void* context, size_t count, size_t min_per_task, void (*body)(void*, size_t, size_t),
                void* argument);
} HzParallel;

/* out[b] = act(alpha * op(a[b]) op(b[b]) + bias + beta * out[b]); a, b, out of rank 3 [B, rows, columns]; a
   batch of 1 is broadcast. bias [N] or absent. */
typedef struct HzMatmul {
    HzTensor a, b, bias, out;
    int32_t transpose_a, transpose_b, activation;
    float alpha, beta;
} HzMatmul;

/* Cross-correlation. x [N, Ci, (D,) H, W], w [Co, Ci, (Kd,) Kh, Kw], bias [Co] or absent, y [N, Co, ...].
   stride and pad are depth, height, width; depth is 1 and 0 for rank 4. backward_data writes x from y and w;
   backward_weights writes w and, where present, bias from x and y. */
typedef struct HzConv {
    HzTensor x, w, bias, y;
    int32_t stride[3], pad[3];
    int32_t activation; /* forward only */
    /* Names the values of w: never given to other values in this state. A backend may keep what it made of
     * them. 0: no name. */
    uint64_t weights_version;
} HzConv;

typedef enum HzPoolKind { HZ_POOL_MAX = 0, HZ_POOL_AVERAGE = 1 } HzPoolKind;

/* x [N, C, (D,) H, W]; the average counts only elements inside x. `index` (int32, the shape of y, canonical)
   holds the flat position in the spatial volume of each maximum. backward: x is the gradient written, y the
   one read. */
typedef struct HzPool {
    HzTensor x, y, index;
    int32_t kernel[3], stride[3], pad[3];
    int32_t kind;
} HzPool;

/* y = act(gamma * (x - mean) * rstd + beta). Group norm: x [N, C, ...], statistics [N, groups], gamma, beta
   [C]. Layer norm: x [rows, C], statistics [rows]. backward reads x, gamma, beta, mean, rstd, dy and writes
   dx (where present), dgamma, dbeta (both or none). */
typedef struct HzNorm {
    HzTensor x, gamma, beta, y, mean, rstd, dy, dx, dgamma, dbeta;
    int32_t groups, activation;
    float epsilon;
} HzNorm;

/* Over the last axis; x, y [rows, C]. backward reads y and dy and writes dx. */
typedef struct HzSoftmax {
    HzTensor x, y, dy, dx;
    int32_t logarithm;
} HzSoftmax;

/* out = softmax(scale q k^T + mask) v. q [B, H, Lq, Dh], k, v [B, H, Lk, Dh]; key_mask [B, Lk] or absent:
   keys with a mask of 0 are not seen (a row that sees none gives 0). log_sum [B, H, Lq] is kept for backward,
   which recomputes the probabilities tile by tile. */
typedef struct HzAttention {
    HzTensor q, k, v, key_mask, out, log_sum, dout, dq, dk, dv;
    float scale;
} HzAttention;

typedef enum HzUnaryKind {
    HZ_UNARY_RELU = 0,
    HZ_UNARY_GELU = 1, /* exact: x Phi(x) */
    HZ_UNARY_SIGMOID = 2,
    HZ_UNARY_TANH = 3,
    HZ_UNARY_EXP = 4,
    HZ_UNARY_LOG = 5,
    HZ_UNARY_SQUARE = 6,
    HZ_UNARY_AFFINE = 7, /* alpha x + beta */
    HZ_UNARY_SOFTPLUS = 8
} HzUnaryKind;

/* forward: y = f(x). backward: dx = f'(x) dy, all four of one layout. */
typedef struct HzUnary {
    HzTensor x, y, dy, dx;
    int32_t kind;
    float alpha, beta;
} HzUnary;

typedef enum HzBinaryKind {
    HZ_BINARY_ADD = 0,
    HZ_BINARY_SUB = 1,
    HZ_BINARY_MUL = 2,
    HZ_BINARY_DIV = 3
} HzBinaryKind;

/* a, b, out of one rank; an axis of 1 in a or b is broadcast. */
typedef struct HzBinary {
    HzTensor a, b, out;
    int32_t kind;
} HzBinary;

/* y = keep(i) ? x / (1 - p) : 0. keep(i): word i % 4 of philox4x32_10(counter {i / 4 low, i / 4 high, offset
   low, offset high}, key {seed low, seed high}) >= p * 2^32, i the canonical flat index. The same call on dy
   is the gradient. */
typedef struct HzDropout {
    HzTensor x, y;
    float p;
    uint64_t seed, offset;
} HzDropout;

typedef enum HzReduceKind {
    HZ_REDUCE_SUM = 0,
    HZ_REDUCE_MEAN = 1,
    HZ_REDUCE_MAX = 2,
    HZ_REDUCE_SUM_SQUARES = 3
} HzReduceKind;

/* x and out of one rank; axes where out is 1 and x is not are reduced. Sums are carried in double. */
typedef struct HzReduce {
    HzTensor x, out;
    int32_t kind;
} HzReduce;

/* out[i, :] = table[index[i], :]; index int32 [M], checked by the caller. backward: dtable[index[i], :] +=
 * dout[i, :]. */
typedef struct HzGather {
    HzTensor table, index, out;
} HzGather;

/* to[t0 + sum i_k ts_k] (=, or += with `accumulate`) from[f0 + sum i_k fs_k], i over `dims`; strides in
   elements, both canonical. Slice, concatenation, permutation and broadcast in one. */
typedef struct HzStridedCopy {
    HzTensor from, to;
    int64_t dims[HZ_MAX_RANK], from_strides[HZ_MAX_RANK], to_strides[HZ_MAX_RANK];
    int64_t from_offset, to_offset;
    int32_t rank, accumulate;
} HzStridedCopy;

typedef enum HzLossKind {
    HZ_LOSS_BCE_LOGITS = 0,   /* target in [0, 1], soft allowed */
    HZ_LOSS_SQUARED = 1,      /* (x - t)^2 */
    HZ_LOSS_CROSS_ENTROPY = 2 /* x [M, C] logits, target int32 [M]; weight, loss [M] */
} HzLossKind;

/* loss = weight * l(x, target), elementwise; weight absent means 1. backward: dx = scale[0] * weight * dl/dx.
 */
typedef struct HzLoss {
    HzTensor x, target, weight, loss, scale, dx;
    int32_t kind;
} HzLoss;

/* Loshchilov & Hutter 2019. m = b1 m + (1 - b1) g; v = b2 v + (1 - b2) g^2; then
   w -= lr (m / c1 / (sqrt(v / c2) + eps) + decay w), with g already multiplied by gradient_scale and
   c1 = 1 - b1^t, c2 = 1 - b2^t. */
typedef struct HzAdamW {
    HzTensor w, g, m, v;
    float learning_rate, beta1, beta2, epsilon, decay, gradient_scale, correction1, correction2;
} HzAdamW;

/* y = alpha x + beta y; one layout. beta 0 ignores what y held. */
typedef struct HzAxpby {
    HzTensor x, y;
    float alpha, beta;
} HzAxpby;

#ifdef __cplusplus
}
#endif
