#include <cstdio>
#include <cstring>
#include <new>

#include <huizhen/backend_cpu/backend.h>
#include <huizhen/base/cpu.h>

#include "state.h"

namespace huizhen::engine {
namespace {

// No exception crosses the C interface.
template <auto Function, typename Arguments>
int guarded(void* state, const Arguments* arguments) {
    try {
        Function(*static_cast<cpu::State*>(state), *arguments);
        return HZ_OK;
    } catch (const std::bad_alloc&) {
        return HZ_OUT_OF_MEMORY;
    } catch (...) {
        return HZ_FAILED;
    }
}

int create(const HzParallel* parallel, void** state) {
    auto* made = new (std::nothrow) cpu::State{*parallel, &cpu::kernels(), {}, {}};
    *state = made;
    return made != nullptr ? HZ_OK : HZ_OUT_OF_MEMORY;
}
void destroy(void* state) { delete static_cast<cpu::State*>(state); }

int allocate(void* state, std::size_t bytes, void** memory) {
    *memory = static_cast<cpu::State*>(state)->pool.take(bytes);
    return *memory != nullptr ? HZ_OK : HZ_OUT_OF_MEMORY;
}
void release(void* state, void* memory, std::size_t bytes) {
    static_cast<cpu::State*>(state)->pool.give(memory, bytes);
}
int copy(void* /*state*/, void* to, const void* from, std::size_t bytes) {
    if (bytes > 0) std::memcpy(to, from, bytes);
    return HZ_OK;
}

bool image(const HzTensor& t) { return t.rank == 4 || t.rank == 5; }

// Null, or why not.
const char* declines(std::int32_t op, const HzTensor* operands, std::int32_t count) {
    for (std::int32_t i = 0; i < count; ++i) {
        const bool f32 = operands[i].dtype == HZ_F32;
        if (operands[i].data != nullptr && !f32 && operands[i].dtype != HZ_I32)
            return "only f32, and i32 indices";
    }
    const HzTensor& x = operands[0];
    const bool last = x.layout == cpu::kChannelsLast;
    switch (op) {
        case HZ_OP_CONV_FORWARD:
        case HZ_OP_CONV_BACKWARD_DATA:
        case HZ_OP_CONV_BACKWARD_WEIGHTS:
        case HZ_OP_POOL:
            if (!image(x)) return "images have rank 4 or 5";
            return last ? nullptr : "only channels-last images";
        case HZ_OP_GROUP_NORM: return last ? nullptr : "only channels-last images";
        case HZ_OP_UNARY: return nullptr;
        case HZ_OP_BINARY:
        case HZ_OP_AXPBY: return operands[1].layout == x.layout ? nullptr : "operands of two layouts";
        case HZ_OP_LOSS: return "left to the reference: small";
        default: break;
    }
    if (last) return "only the canonical layout";
    if (op == HZ_OP_REDUCE) {
        // [outer, middle, inner] with one reduced middle.
        int changes = 0;
        bool inside = false;
        for (std::int32_t axis = 0; axis < x.rank; ++axis) {
            if (x.dims[axis] == 1) continue;
            const bool reduced = operands[1].dims[axis] == 1;
            if (reduced && !inside) ++changes;
            inside = reduced;
        }
        if (changes > 1) return "reduced axes lie apart";
        if (cpu::count(x) == 0) return "nothing to reduce";
    }
    return nullptr;
}

int supports(void* /*state*/, std::int32_t op, const HzTensor* operands, std::int32_t count, char* reason,
             std::size_t reason_size) {
    const char* why = declines(op, operands, count);
    if (why == nullptr) return 1;
    std::snprintf(reason, reason_size, "%s", why);
    return 0;
}

std::int32_t conv_layout(void* /*state*/, const HzConv* conv) {
    return image(conv->x) ? cpu::kChannelsLast : HZ_LAYOUT_CANONICAL;
}

int reorder(void* state, const HzTensor* from, const HzTensor* to) {
    if (!image(*from)) return HZ_UNSUPPORTED;
    cpu::reorder(*static_cast<cpu::State*>(state), *from, *to);
    return HZ_OK;
}

int probe(char* text, std::size_t text_size) {
    const std::string level(cpu_level_name(cpu_level()));
    std::snprintf(text, text_size, "this machine's processor, %s", level.c_str());
    return HZ_OK;
}
const char* last_error(void* /*state*/) { return ""; }

HzBackend make_table() {
    HzBackend b{};
    b.abi_version = HZ_BACKEND_ABI_VERSION;
    b.struct_size = sizeof(HzBackend);
    b.name = "cpu";
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
    b.matmul = guarded<cpu::matmul, HzMatmul>;
    b.conv_forward = guarded<cpu::conv_forward, HzConv>;
    b.conv_backward_data = guarded<cpu::conv_backward_data, HzConv>;
    b.conv_backward_weights = guarded<cpu::conv_backward_weights, HzConv>;
    b.pool_forward = guarded<cpu::pool_forward, HzPool>;
    b.pool_backward = guarded<cpu::pool_backward, HzPool>;
    b.group_norm_forward = guarded<cpu::group_norm_forward, HzNorm>;
    b.group_norm_backward = guarded<cpu::group_norm_backward, HzNorm>;
    b.layer_norm_forward = guarded<cpu::layer_norm_forward, HzNorm>;
    b.layer_norm_backward = guarded<cpu::layer_norm_backward, HzNorm>;
    b.softmax_forward = guarded<cpu::softmax_forward, HzSoftmax>;
    b.softmax_backward = guarded<cpu::softmax_backward, HzSoftmax>;
    b.attention_forward = guarded<cpu::attention_forward, HzAttention>;
    b.attention_backward = guarded<cpu::attention_backward, HzAttention>;
    b.unary_forward = guarded<cpu::unary_forward, HzUnary>;
    b.unary_backward = guarded<cpu::unary_backward, HzUnary>;
    b.binary = guarded<cpu::binary, HzBinary>;
    b.dropout = guarded<cpu::dropout, HzDropout>;
    b.reduce = guarded<cpu::reduce, HzReduce>;
    b.gather_forward = guarded<cpu::gather_forward, HzGather>;
    b.gather_backward = guarded<cpu::gather_backward, HzGather>;
    b.strided_copy = guarded<cpu::strided_copy, HzStridedCopy>;
    b.loss_forward = [](void*, const HzLoss*) { return static_cast<int>(HZ_UNSUPPORTED); };
    b.loss_backward = [](void*, const HzLoss*) { return static_cast<int>(HZ_UNSUPPORTED); };
    b.adamw = guarded<cpu::adamw, HzAdamW>;
    b.axpby = guarded<cpu::axpby, HzAxpby>;
    b.probe = probe;
    b.last_error = last_error;
    return b;
}

}  // namespace

const HzBackend* cpu_backend() {
    static const HzBackend table = make_table();
    return &table;
}

}  // namespace huizhen::engine
