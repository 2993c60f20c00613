#pragma once

// What the sources of this folder share: storage, the tape's nodes, and dispatch to backends.

#include <functional>
#include <initializer_list>
#include <memory>
#include <vector>

#include <huizhen/base/check.h>
#include <huizhen/tensor/ops.h>
#include <huizhen/tensor/tensor.h>

namespace huizhen::engine {

struct Context::Impl {
    struct Entry {
        const HzBackend* table;
        void* state;
    };
    Executor* executor = nullptr;
    HzParallel parallel{};
    std::vector<Entry> backends;
    bool recording = true;
    std::uint64_t next_sequence = 0;
    std::uint64_t next_version = 1;
    std::vector<Fallback> fallbacks;

    const Entry& primary() const { return backends.front(); }
};

// One allocation of the primary backend.
struct Storage {
    Context* context;
    void* data = nullptr;
    std::size_t bytes;
    std::uint64_t version;  // of the values: never used twice in a context

    Storage(Context& owner, std::size_t size);
    ~Storage();
    Storage(const Storage&) = delete;
    Storage& operator=(const Storage&) = delete;
};

struct Node;

// Where a gradient arrives. Apart from the values, so that the tape does not keep values nobody needs.
struct GradientSlot {
    bool retained = false;       // accumulate here: leaves, and intermediates asked for
    std::shared_ptr<Node> node;  // how it was made; null for leaves
    Tensor grad;
};

// From the gradient of the result to those of the inputs, undefined where not wanted.
using BackwardFunction = std::function<std::vector<Tensor>(const Tensor& gradient)>;

struct Node {
    std::uint64_t sequence = 0;  // order of recording: a node is younger than all it came from
    std::vector<std::shared_ptr<GradientSlot>> inputs;  // null where no gradient is wanted
    std::weak_ptr<GradientSlot> output;
    BackwardFunction backward;
};

struct TensorImpl {
    Context* context = nullptr;
    Shape shape;
    DType dtype = DType::kF32;
    std::int32_t layout = HZ_LAYOUT_CANONICAL;
    std::shared_ptr<Storage> storage;    // co-owned by every tensor that views it
    std::shared_ptr<GradientSlot> slot;  // null: wants no gradient. Co-owned by the nodes that lead to it.
};

Tensor make_empty(Context& context, const Shape& shape, DType dtype = DType::kF32,
                  std::int32_t layout = HZ_LAYOUT_CANONICAL);
inline Tensor empty_like(const Tensor& x) {
    return make_empty(x.context(), x.shape(), x.dtype(), x.impl()->layout);
}
// Shares the memory, off the tape. The count must be the same, the layout canonical or the view physically
// the same.
Tensor view_as(const Tensor& x, const Shape& shape);

Tensor to_layout(const Tensor& x, std::int32_t layout);  // off the tape; x itself where nothing is to do
inline Tensor canonical(const Tensor& x) { return to_layout(x, HZ_LAYOUT_CANONICAL); }

// After every write in place to values that someone may have seen.
inline void changed(const Tensor& x) { x.impl()->storage->version = x.context().impl().next_version++; }

HzTensor view(const Tensor& x);  // undefined: absent
HzTensor view(const Tensor& x, const Shape& shape);

inline bool wants(const Tensor& x) { return x.defined() && x.impl()->slot != nullptr; }
bool should_record(std::initializer_list<const Tensor*> inputs);
void record(Tensor& result, std::vector<Tensor> inputs, BackwardFunction backward);

using BackendCall = std::function<int(const HzBackend& table, void* state)>;
bool primary_supports(Context& context, HzOp op, std::initializer_list<HzTensor> operands);
// The first backend that takes the operands runs `call`. Private layouts only ever reach the primary backend.
void run(Context& context, HzOp op, std::initializer_list<HzTensor> operands, const BackendCall& call);

Tensor reduce_to(const Tensor& gradient, const Shape& shape);  // sums the axes that were broadcast

}  // namespace huizhen::engine
