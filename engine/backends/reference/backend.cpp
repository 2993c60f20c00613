#include <cstdio>
#include <cstring>
#include <new>

#include <huizhen/backend_reference/backend.h>

#include "ops.h"

namespace huizhen::engine {
namespace {

constexpr std::size_t kAlignment = 64;

// No exception crosses the C interface.
template <auto Function, typename Arguments>
int guarded(void* /*state*/, const Arguments* arguments) {
    try {
        Function(*arguments);
        return HZ_OK;
    } catch (const std::bad_alloc&) {
        return HZ_OUT_OF_MEMORY;
    } catch (...) {
        return HZ_FAILED;
    }
}

int create(const HzParallel* /*parallel*/, void** state) {
    *state = nullptr;
    return HZ_OK;
}
void destroy(void* /*state*/) {}

int allocate(void* /*state*/, std::size_t bytes, void** memory) {
    *memory = ::operator new (bytes, std::align_val_t{kAlignment}, std::nothrow);
    return *memory != nullptr ? HZ_OK : HZ_OUT_OF_MEMORY;
}
void release(void* /*state*/, void* memory, std::size_t /*bytes*/) {
    ::operator delete (memory, std::align_val_t{kAlignment});
}
int copy(void* /*state*/, void* to, const void* from, std::size_t bytes) {
    if (bytes > 0) std::memcpy(to, from, bytes);
    return HZ_OK;
}

int supports(void* /*state*/, std::int32_t /*op*/, const HzTensor* operands, std::int32_t count, char* reason,
             std::size_t reason_size) {
    for (std::int32_t i = 0; i < count; ++i) {
        if (operands[i].layout != HZ_LAYOUT_CANONICAL) {
            std::snprintf(reason, reason_size, "only the canonical layout");
            return 0;
        }
        if (operands[i].data != nullptr && operands[i].dtype != HZ_F32 && operands[i].dtype != HZ_I32) {
            std::snprintf(reason, reason_size, "only f32, and i32 indices");
            return 0;
        }
    }
    return 1;
}

std::int32_t conv_layout(void* /*state*/, const HzConv* /*conv*/) { return HZ_LAYOUT_CANONICAL; }

int reorder(void* state, const HzTensor* from, const HzTensor* to) {
    if (from->layout != HZ_LAYOUT_CANONICAL || to->layout != HZ_LAYOUT_CANONICAL) return HZ_UNSUPPORTED;
    return copy(state, to->data, from->data,
                static_cast<std::size_t>(reference::count(*from)) * sizeof(float));
}

int probe(char* text, std::size_t text_size) {
    std::snprintf(text, text_size, "plain loops on one thread");
    return HZ_OK;
}
const char* last_error(void* /*state*/) { return ""; }

HzBackend make_table() {
    namespace r = reference;
    HzBackend b{};
    b.abi_version = HZ_BACKEND_ABI_VERSION;
    b.struct_size = sizeof(HzBackend);
    b.name = "reference";
    b.host_memory = 1;
    b.create = create;
    b.destroy = destroy;
    b.allocate = allocate;
    b.release = release;
    b.upload = copy;
    b.download = copy;
    b.supports = supports;
    b.conv_layout = conv_layout;
    b.reorder = reorder;
    b.matmul = guarded<r::matmul, HzMatmul>;
    b.conv_forward = guarded<r::conv_forward, HzConv>;
    b.conv_backward_data = guarded<r::conv_backward_data, HzConv>;
    b.conv_backward_weights = guarded<r::conv_backward_weights, HzConv>;
    b.pool_forward = guarded<r::pool_forward, HzPool>;
    b.pool_backward = guarded<r::pool_backward, HzPool>;
    b.group_norm_forward = guarded<r::group_norm_forward, HzNorm>;
    b.group_norm_backward = guarded<r::group_norm_backward, HzNorm>;
    b.layer_norm_forward = guarded<r::layer_norm_forward, HzNorm>;
    b.layer_norm_backward = guarded<r::layer_norm_backward, HzNorm>;
    b.softmax_forward = guarded<r::softmax_forward, HzSoftmax>;
    b.softmax_backward = guarded<r::softmax_backward, HzSoftmax>;
    b.attention_forward = guarded<r::attention_forward, HzAttention>;
    b.attention_backward = guarded<r::attention_backward, HzAttention>;
    b.unary_forward = guarded<r::unary_forward, HzUnary>;
    b.unary_backward = guarded<r::unary_backward, HzUnary>;
    b.binary = guarded<r::binary, HzBinary>;
    b.dropout = guarded<r::dropout, HzDropout>;
    b.reduce = guarded<r::reduce, HzReduce>;
    b.gather_forward = guarded<r::gather_forward, HzGather>;
    b.gather_backward = guarded<r::gather_backward, HzGather>;
    b.strided_copy = guarded<r::strided_copy, HzStridedCopy>;
    b.loss_forward = guarded<r::loss_forward, HzLoss>;
    b.loss_backward = guarded<r::loss_backward, HzLoss>;
    b.adamw = guarded<r::adamw, HzAdamW>;
    b.axpby = guarded<r::axpby, HzAxpby>;
    b.probe = probe;
    b.last_error = last_error;
    return b;
}

}  // namespace

const HzBackend* reference_backend() {
    static const HzBackend table = make_table();
    return &table;
}

}  // namespace huizhen::engine
