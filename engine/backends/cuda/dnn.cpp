#include "dnn.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "dnn_descriptors.h"

namespace huizhen::engine::cuda {
namespace {

constexpr std::size_t kMaxWorkspace = std::size_t{512} << 20U;
constexpr std::size_t kMaxPlans = 512;

template <typename Algorithm>
struct Plan {
    explicit Plan(const HzConv& conv) : descriptors(conv) {}
    ConvDescriptors descriptors;
    Algorithm algorithm{};
    std::size_t workspace = 0;
    bool usable = false;
};

template <typename Algorithm>
using Plans = std::map<ConvDescriptors::Key, Plan<Algorithm>>;

// cuDNN's list is ordered by expected speed: the first that is deterministic and modest. The precision is the
// descriptor's; lists name "default math" for it too, so only an explicit wish for tensor cores is passed
// over.
template <typename Performance, typename Query>
std::optional<Performance> choose(cudnnConvolutionDescriptor_t conv, const char* what, Query query) {
    constexpr int kCandidates = 10;
    std::vector<Performance> candidates(kCandidates);
    int found = 0;
    const cudnnStatus_t asked = query(kCandidates, &found, candidates.data());
    if (asked == CUDNN_STATUS_NOT_SUPPORTED) return std::nullopt;
    check(asked, what);
    candidates.resize(static_cast<std::size_t>(found));
    cudnnMathType_t wished{};
    check(cudnnGetConvolutionMathType(conv, &wished), "cudnnGetConvolutionMathType");
    for (const Performance& candidate : candidates) {
        const bool precise = wished != CUDNN_FMA_MATH || candidate.mathType == CUDNN_FMA_MATH ||
                             candidate.mathType == CUDNN_DEFAULT_MATH;
        if (candidate.status == CUDNN_STATUS_SUCCESS && candidate.determinism == CUDNN_DETERMINISTIC &&
            precise && candidate.memory <= kMaxWorkspace) {
            return candidate;
        }
    }
    return std::nullopt;
}

// `prepare(plan)` fills in algorithm and workspace of a new plan.
template <typename Algorithm, typename Prepare>
Plan<Algorithm>& plan_for(Plans<Algorithm>& plans, const HzConv& conv, Prepare prepare) {
    const ConvDescriptors::Key key = ConvDescriptors::key(conv);
    if (const auto known = plans.find(key); known != plans.end()) return known->second;
    if (plans.size() >= kMaxPlans) plans.clear();
    Plan<Algorithm>& plan = plans.try_emplace(key, conv).first->second;
    try {
        prepare(plan);
    } catch (...) {
        plans.erase(key);
        throw;
    }
    return plan;
}

// The heuristic may promise what the call then declines.
template <typename Algorithm>
bool ran(Plan<Algorithm>& plan, cudnnStatus_t result, const char* call) {
    if (result == CUDNN_STATUS_NOT_SUPPORTED) {
        plan.usable = false;
        return false;
    }
    check(result, call);
    return true;
}

constexpr float kOne = 1.0F;
constexpr float kZero = 0.0F;

}  // namespace

struct Dnn::Impl {
    explicit Impl(Device& used) : device(used) {}
    ~Impl() {
        if (handle != nullptr) static_cast<void>(cudnnDestroy(handle));
    }

    Device& device;
    cudnnHandle_t handle = nullptr;
    Plans<cudnnConvolutionFwdAlgo_t> forward;
    Plans<cudnnConvolutionBwdDataAlgo_t> backward_data;
    Plans<cudnnConvolutionBwdFilterAlgo_t> backward_weights;
};

Dnn::Dnn(Device& device) : impl_(std::make_unique<Impl>(device)) {
    check(cudnnCreate(&impl_->handle), "cudnnCreate");
    check(cudnnSetStream(impl_->handle, device.stream()), "cudnnSetStream");
}

Dnn::~Dnn() = default;

bool Dnn::forward(const HzConv& c) {
    cudnnHandle_t handle = impl_->handle;
    auto& plan = plan_for(impl_->forward, c, [&](auto& made) {
        const ConvDescriptors& d = made.descriptors;
        const auto chosen = choose<cudnnConvolutionFwdAlgoPerf_t>(
            d.conv, "cudnnGetConvolutionForwardAlgorithm", [&](int wanted, int* found, auto* list) {
                return cudnnGetConvolutionForwardAlgorithm_v7(handle, d.x, d.w, d.conv, d.y, wanted, found,
                                                              list);
            });
        if (!chosen) return;
        made.usable = true;
        made.algorithm = chosen->algo;
        check(cudnnGetConvolutionForwardWorkspaceSize(handle, d.x, d.w, d.conv, d.y, chosen->algo,
                                                      &made.workspace),
              "cudnnGetConvolutionForwardWorkspaceSize");
    });
    if (!plan.usable) return false;
    const ConvDescriptors& d = plan.descriptors;
    const Workspace workspace(impl_->device, plan.workspace);
    return ran(plan,
               cudnnConvolutionForward(handle, &kOne, d.x, c.x.data, d.w, c.w.data, d.conv, plan.algorithm,
                                       workspace.as<void>(), plan.workspace, &kZero, d.y, c.y.data),
               "cudnnConvolutionForward");
}

bool Dnn::backward_data(const HzConv& c) {
    cudnnHandle_t handle = impl_->handle;
    auto& plan = plan_for(impl_->backward_data, c, [&](auto& made) {
        const ConvDescriptors& d = made.descriptors;
        const auto chosen = choose<cudnnConvolutionBwdDataAlgoPerf_t>(
            d.conv, "cudnnGetConvolutionBackwardDataAlgorithm", [&](int wanted, int* found, auto* list) {
                return cudnnGetConvolutionBackwardDataAlgorithm_v7(handle, d.w, d.y, d.conv, d.x, wanted,
                                                                   found, list);
            });
        if (!chosen) return;
        made.usable = true;
        made.algorithm = chosen->algo;
        check(cudnnGetConvolutionBackwardDataWorkspaceSize(handle, d.w, d.y, d.conv, d.x, chosen->algo,
                                                           &made.workspace),
              "cudnnGetConvolutionBackwardDataWorkspaceSize");
    });
    if (!plan.usable) return false;
    const ConvDescriptors& d = plan.descriptors;
    const Workspace workspace(impl_->device, plan.workspace);
    return ran(
        plan,
        cudnnConvolutionBackwardData(handle, &kOne, d.w, c.w.data, d.y, c.y.data, d.conv, plan.algorithm,
                                     workspace.as<void>(), plan.workspace, &kZero, d.x, c.x.data),
        "cudnnConvolutionBackwardData");
}

bool Dnn::backward_weights(const HzConv& c) {
    cudnnHandle_t handle = impl_->handle;
    auto& plan = plan_for(impl_->backward_weights, c, [&](auto& made) {
        const ConvDescriptors& d = made.descriptors;
        const auto chosen = choose<cudnnConvolutionBwdFilterAlgoPerf_t>(
            d.conv, "cudnnGetConvolutionBackwardFilterAlgorithm", [&](int wanted, int* found, auto* list) {
                return cudnnGetConvolutionBackwardFilterAlgorithm_v7(handle, d.x, d.y, d.conv, d.w, wanted,
                                                                     found, list);
            });
        if (!chosen) return;
        made.usable = true;
        made.algorithm = chosen->algo;
        check(cudnnGetConvolutionBackwardFilterWorkspaceSize(handle, d.x, d.y, d.conv, d.w, chosen->algo,
                                                             &made.workspace),
              "cudnnGetConvolutionBackwardFilterWorkspaceSize");
    });
    if (!plan.usable) return false;
    const ConvDescriptors& d = plan.descriptors;
    const Workspace workspace(impl_->device, plan.workspace);
    return ran(
        plan,
        cudnnConvolutionBackwardFilter(handle, &kOne, d.x, c.x.data, d.y, c.y.data, d.conv, plan.algorithm,
                                       workspace.as<void>(), plan.workspace, &kZero, d.w, c.w.data),
        "cudnnConvolutionBackwardFilter");
}

}  // namespace huizhen::engine::cuda
