#pragma once

/* What a compute backend is to the engine: a C table of functions, so that a plugin built by another compiler
   (CUDA) can be loaded at run time. `abi_version` changes when a struct changes; functions are only ever
   added at the end of HzBackend, and `struct_size` says how far a given backend reaches.

   Threads: one state is used by one thread at a time. Work is spread only through HzParallel.
   Memory: belongs to the backend; where host_memory is 0 only its own functions may touch it, in the order of
   the calls. Every tensor is dense. `layout` 0 is canonical (row-major, [N, C, D, H, W] for images); another
   value is private to the backend that made it, has the same shape, and is turned back by `reorder`. Results:
   HZ_OK, or a code after which the outputs hold nothing of use. Outputs never alias inputs unless said. */

#include <huizhen/tensor/backend_arguments.h>

#ifdef __cplusplus
extern "C" {
#endif

#define HZ_BACKEND_ABI_VERSION 1
#define HZ_BACKEND_ENTRY_NAME "huizhen_backend"

typedef struct HzBackend {
    uint32_t abi_version; /* HZ_BACKEND_ABI_VERSION */
    uint32_t struct_size; /* sizeof(HzBackend) when the backend was built */
    const char* name;
    int32_t host_memory; /* 1: pointers can be read by the host and by every other host_memory backend */
    int32_t reserved;

    int (*create)(const HzParallel* parallel, void** state);
    void (*destroy)(void* state);
    int (*allocate)(void* state, size_t bytes, void** memory); /* 64-byte aligned */
    void (*release)(void* state, void* memory, size_t bytes);
    int (*upload)(void* state, void* to, const void* from_host, size_t bytes);
    int (*download)(void* state, void* to_host, const void* from, size_t bytes);

    /* 1 when `op` can run on these operands (inputs first, in the order of the argument struct, at their
       layouts); else 0 and a sentence in `reason`. */
    int (*supports)(void* state, int32_t op, const HzTensor* operands, int32_t count, char* reason,
                    size_t reason_size);
    /* The layout in which this backend wants the image result of a convolution with these arguments. */
    int32_t (*conv_layout)(void* state, const HzConv* conv);
    int (*reorder)(void* state, const HzTensor* from, const HzTensor* to);

    int (*matmul)(void* state, const HzMatmul*);
    int (*conv_forward)(void* state, const HzConv*);
    int (*conv_backward_data)(void* state, const HzConv*);
    int (*conv_backward_weights)(void* state, const HzConv*);
    int (*pool_forward)(void* state, const HzPool*);
    int (*pool_backward)(void* state, const HzPool*);
    int (*group_norm_forward)(void* state, const HzNorm*);
    int (*group_norm_backward)(void* state, const HzNorm*);
    int (*layer_norm_forward)(void* state, const HzNorm*);
    int (*layer_norm_backward)(void* state, const HzNorm*);
    int (*softmax_forward)(void* state, const HzSoftmax*);
    int (*softmax_backward)(void* state, const HzSoftmax*);
    int (*attention_forward)(void* state, const HzAttention*);
    int (*attention_backward)(void* state, const HzAttention*);
    int (*unary_forward)(void* state, const HzUnary*);
    int (*unary_backward)(void* state, const HzUnary*);
    int (*binary)(void* state, const HzBinary*);
    int (*dropout)(void* state, const HzDropout*);
    int (*reduce)(void* state, const HzReduce*);
    int (*gather_forward)(void* state, const HzGather*);
    int (*gather_backward)(void* state, const HzGather*);
    int (*strided_copy)(void* state, const HzStridedCopy*);
    int (*loss_forward)(void* state, const HzLoss*);
    int (*loss_backward)(void* state, const HzLoss*);
    int (*adamw)(void* state, const HzAdamW*);
    int (*axpby)(void* state, const HzAxpby*);

    /* Whether this machine can run the backend; asked before `create`, keeps nothing. `text` gets one
       sentence: what it runs on, or, with another code than HZ_OK, why it cannot. */
    int (*probe)(char* text, size_t text_size);
    /* What the last call on `state` that failed had to say, "" when nothing; with `state` NULL, the last
       `create` of this thread. Valid until the next call. */
    const char* (*last_error)(void* state);
} HzBackend;

/* What a plugin exports under HZ_BACKEND_ENTRY_NAME. The table lives as long as the process. */
typedef const HzBackend* (*HzBackendEntry)(void);

#ifdef __cplusplus
}
#endif
