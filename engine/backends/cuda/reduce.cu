// Sums, means and maxima over any set of axes, in double, in two steps: parts of each reduction, then the
// parts in order.

#include "kernel.h"

namespace huizhen::engine::cuda {
namespace {

// Adjacent axes of a kind merged, innermost first; x is dense.
struct Axes {
    int rank = 0;
    std::int64_t dims[HZ_MAX_RANK] = {}, strides[HZ_MAX_RANK] = {};
    std::int64_t total = 1;

    void add(std::int64_t extent, std::int64_t stride) {
        total *= extent;
        if (rank > 0 && strides[rank - 1] * dims[rank - 1] == stride) {
            dims[rank - 1] *= extent;
            return;
        }
        dims[rank] = extent;
        strides[rank++] = stride;
    }
    __device__ std::int64_t offset(std::int64_t i) const {
        std::int64_t at = 0;
        for (int axis = 0; axis < rank; ++axis) {
            at += i % dims[axis] * strides[axis];
            i /= dims[axis];
        }
        return at;
    }
};

struct Plan {
    const float* x;
    double* parts;  // [chunks, outputs]
    Axes kept, reduced;
    std::int64_t chunks;
    std::int32_t kind;

    __device__ double neutral() const { return kind == HZ_REDUCE_MAX ? -HUGE_VAL : 0.0; }
    __device__ double combine(double total, double value) const {
        if (kind == HZ_REDUCE_MAX) return total < value ? value : total;
        return total + (kind == HZ_REDUCE_SUM_SQUARES ? value * value : value);
    }
    __device__ std::int64_t begin(std::int64_t chunk) const { return reduced.total * chunk / chunks; }
};

// One thread a part: neighbours read neighbouring outputs' elements.
struct PartByThread {
    Plan plan;
    __device__ void operator()(std::int64_t part) const {
        const std::int64_t chunk = part / plan.kept.total;
        const float* x = plan.x + plan.kept.offset(part % plan.kept.total);
        double total = plan.neutral();
        for (std::int64_t r = plan.begin(chunk); r < plan.begin(chunk + 1); ++r) {
            total = plan.combine(total, static_cast<double>(x[plan.reduced.offset(r)]));
        }
        plan.parts[part] = total;
    }
};

// One block a part: neighbours read along the reduction.
__global__ void part_by_block(Plan plan) {
    const std::int64_t part = blockIdx.x;
    const std::int64_t chunk = part / plan.kept.total;
    const float* x = plan.x + plan.kept.offset(part % plan.kept.total);
    double total = plan.neutral();
    for (std::int64_t r = plan.begin(chunk) + threadIdx.x; r < plan.begin(chunk + 1); r += blockDim.x) {
        total = plan.combine(total, static_cast<double>(x[plan.reduced.offset(r)]));
    }
    total = plan.kind == HZ_REDUCE_MAX ? block_reduce(total, plan.neutral(), Max{})
                                       : block_reduce(total, plan.neutral(), Sum{});
    if (threadIdx.x == 0) plan.parts[part] = total;
}

struct Finish {
    const double* parts;
    float* out;
    std::int64_t outputs, chunks;
    double share;
    bool maximum;
    __device__ void operator()(std::int64_t i) const {
        double total = parts[i];
        for (std::int64_t chunk = 1; chunk < chunks; ++chunk) {
            const double part = parts[chunk * outputs + i];
            total = maximum ? Max{}(total, part) : total + part;
        }
        out[i] = static_cast<float>(total * share);
    }
};

}  // namespace

void reduce(State& s, const HzReduce& a) {
    const std::int64_t outputs = count(a.out);
    if (outputs == 0) return;
    Plan plan{floats(a.x), nullptr, {}, {}, 1, a.kind};
    std::int64_t stride = 1;
    bool inner_kept = true;
    for (std::int32_t axis = a.x.rank - 1; axis >= 0; --axis) {
        const std::int64_t extent = a.x.dims[axis];
        if (extent != 1) {
            const bool reduced = a.out.dims[axis] == 1;
            if (plan.kept.rank + plan.reduced.rank == 0) inner_kept = !reduced;
            (reduced ? plan.reduced : plan.kept).add(extent, stride);
        }
        stride *= extent;
    }
    // A part is what one thread or block sums in a reasonable time; as many as keep the device busy.
    constexpr std::int64_t kShort = 32;
    constexpr std::int64_t kEnough = 1 << 15;
    const bool by_thread = plan.reduced.total <= kShort || (inner_kept && outputs >= kWarp);
    const std::int64_t least = by_thread ? kShort : 4096;
    const std::int64_t possible = plan.reduced.total / least;
    const std::int64_t useful = kEnough / outputs;
    plan.chunks = possible < useful ? possible : useful;
    if (plan.chunks < 1) plan.chunks = 1;

    const Workspace parts(s.device, static_cast<std::size_t>(outputs * plan.chunks) * sizeof(double));
    plan.parts = parts.as<double>();
    if (by_thread) {
        for_each(s, outputs * plan.chunks, PartByThread{plan});
    } else {
        launch(s.device.stream(), outputs * plan.chunks, threads_for(plan.reduced.total / plan.chunks),
               part_by_block, plan);
    }
    const double share =
        a.kind == HZ_REDUCE_MEAN ? static_cast<double>(outputs) / static_cast<double>(count(a.x)) : 1.0;
    for_each(s, outputs,
             Finish{plan.parts, floats(a.out), outputs, plan.chunks, share, a.kind == HZ_REDUCE_MAX});
}

}  // namespace huizhen::engine::cuda
