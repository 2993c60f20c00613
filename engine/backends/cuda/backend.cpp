// The C table of this backend, and the one symbol the plugin exports.

#include <cstdio>
#include <new>

#include "state.h"

namespace huizhen::engine::cuda {
namespace {

// Of the last create() of this thread: it leaves no state to ask.
thread_local std::string start_error;

// No exception crosses the C interface.
template <typename Body>
int guarded(std::string& error, Body body) {
    try {
        error.clear();
        body();
        return HZ_OK;
    } catch (const Failure& failure) {
        error = failure.what();
        return failure.status();
    } catch (const std::bad_alloc&) {
        return HZ_OUT_OF_MEMORY;
    } catch (const std::exception& other) {
        error = other.what();
        return HZ_FAILED;
    }
}

template <auto Function, typename Arguments>
int operation(void* state, const Arguments* arguments) {
    State& s = *static_cast<State*>(state);
    return guarded(s.error, [&] {
        s.device.bind();
        Function(s, *arguments);
    });
}

// Any other call on the device.
template <typename Body>
int on_device(void* state, Body body) {
    State& s = *static_cast<State*>(state);
    return guarded(s.error, [&] {
        s.device.bind();
        body(s.device);
    });
}

int create(const HzParallel* /*parallel*/, void** state) {
    *state = nullptr;
    return guarded(start_error, [&] { *state = new State(); });
}
void destroy(void* state) { delete static_cast<State*>(state); }

int allocate(void* state, std::size_t bytes, void** memory) {
    return on_device(state, [&](Device& device) { *memory = device.allocate(bytes); });
}
void release(void* state, void* memory, std::size_t /*bytes*/) {
    on_device(state, [&](Device& device) { device.release(memory); });
}
int upload(void* state, void* to, const void* from_host, std::size_t bytes) {
    return on_device(state, [&](Device& device) { device.upload(to, from_host, bytes); });
}
int download(void* state, void* to_host, const void* from, std::size_t bytes) {
    return on_device(state, [&](Device& device) { device.download(to_host, from, bytes); });
}

// Null, or why not.
const char* declines(const HzTensor& operand) {
    constexpr std::int64_t kMaxElements = 0x7FFFFFFF;
    if (operand.layout != HZ_LAYOUT_CANONICAL) return "only the canonical layout";
    if (operand.data == nullptr) return nullptr;
    if (operand.dtype != HZ_F32 && operand.dtype != HZ_I32) return "only f32, and i32 indices";
    if (count(operand) > kMaxElements) return "more than 2^31 - 1 elements";
    return nullptr;
}

int supports(void* /*state*/, std::int32_t /*op*/, const HzTensor* operands, std::int32_t operand_count,
             char* reason, std::size_t reason_size) {
    for (std::int32_t i = 0; i < operand_count; ++i) {
        const char* why = declines(operands[i]);
        if (why == nullptr) continue;
        std::snprintf(reason, reason_size, "%s", why);
        return 0;
    }
    return 1;
}

std::int32_t conv_layout(void* /*state*/, const HzConv* /*conv*/) { return HZ_LAYOUT_CANONICAL; }

int reorder(void* state, const HzTensor* from, const HzTensor* to) {
    if (from->layout != HZ_LAYOUT_CANONICAL || to->layout != HZ_LAYOUT_CANONICAL) return HZ_UNSUPPORTED;
    return on_device(state, [&](Device& device) {
        device.copy(to->data, from->data, static_cast<std::size_t>(count(*from)) * sizeof(float));
    });
}

int probe(char* text, std::size_t text_size) {
    std::string words;
    const int status = guarded(words, [&] {
        const std::string found = describe_device();
        std::snprintf(text, text_size, "%s", found.c_str());
    });
    if (status != HZ_OK) std::snprintf(text, text_size, "%s", words.c_str());
    return status;
}

const char* last_error(void* state) {
    return state == nullptr ? start_error.c_str() : static_cast<State*>(state)->error.c_str();
}

HzBackend make_table() {
    HzBackend b{};
    b.abi_version = HZ_BACKEND_ABI_VERSION;
    b.struct_size = sizeof(HzBackend);
    b.name = "cuda";
    b.host_memory = 0;
    b.create = create;
    b.destroy = destroy;
    b.allocate = allocate;
    b.release = release;
    b.upload = upload;
    b.download = download;
    b.supports = supports;
    b.conv_layout = conv_layout;
    b.reorder = reorder;
    b.matmul = operation<matmul, HzMatmul>;
    b.conv_forward = operation<conv_forward, HzConv>;
    b.conv_backward_data = operation<conv_backward_data, HzConv>;
    b.conv_backward_weights = operation<conv_backward_weights, HzConv>;
    b.pool_forward = operation<pool_forward, HzPool>;
    b.pool_backward = operation<pool_backward, HzPool>;
    b.group_norm_forward = operation<group_norm_forward, HzNorm>;
    b.group_norm_backward = operation<group_norm_backward, HzNorm>;
    b.layer_norm_forward = operation<layer_norm_forward, HzNorm>;
    b.layer_norm_backward = operation<layer_norm_backward, HzNorm>;
    b.softmax_forward = operation<softmax_forward, HzSoftmax>;
    b.softmax_backward = operation<softmax_backward, HzSoftmax>;
    b.attention_forward = operation<attention_forward, HzAttention>;
    b.attention_backward = operation<attention_backward, HzAttention>;
    b.unary_forward = operation<unary_forward, HzUnary>;
    b.unary_backward = operation<unary_backward, HzUnary>;
    b.binary = operation<binary, HzBinary>;
    b.dropout = operation<dropout, HzDropout>;
    b.reduce = operation<reduce, HzReduce>;
    b.gather_forward = operation<gather_forward, HzGather>;
    b.gather_backward = operation<gather_backward, HzGather>;
    b.strided_copy = operation<strided_copy, HzStridedCopy>;
    b.loss_forward = operation<loss_forward, HzLoss>;
    b.loss_backward = operation<loss_backward, HzLoss>;
    b.adamw = operation<adamw, HzAdamW>;
    b.axpby = operation<axpby, HzAxpby>;
    b.probe = probe;
    b.last_error = last_error;
    return b;
}

}  // namespace
}  // namespace huizhen::engine::cuda

extern "C" __attribute__((visibility("default"))) const HzBackend* huizhen_backend() {
    static const HzBackend table = huizhen::engine::cuda::make_table();
    return &table;
}
