#include "dnn_descriptors.h"

#include <climits>
#include <cstddef>

#include "failure.h"
#include "tf32.h"

namespace huizhen::engine::cuda {
namespace {

using Extents = std::array<int, HZ_MAX_RANK>;

int narrow(std::int64_t value) {
    if (value < 1 || value > INT_MAX) throw Failure(HZ_UNSUPPORTED, "cuDNN takes extents from 1 to 2^31 - 1");
    return static_cast<int>(value);
}

Extents extents(const HzTensor& t) {
    Extents result{};
    for (std::int32_t i = 0; i < t.rank; ++i) {
        result[static_cast<std::size_t>(i)] = narrow(t.dims[i]);
    }
    return result;
}

void set_dense(cudnnTensorDescriptor_t descriptor, const HzTensor& t) {
    const Extents dims = extents(t);
    Extents strides{};
    std::int64_t step = 1;
    for (std::int32_t i = t.rank - 1; i >= 0; --i) {
        strides[static_cast<std::size_t>(i)] = narrow(step);
        step *= t.dims[i];
    }
    check(cudnnSetTensorNdDescriptor(descriptor, CUDNN_DATA_FLOAT, t.rank, dims.data(), strides.data()),
          "cudnnSetTensorNdDescriptor");
}

}  // namespace

void check(cudnnStatus_t result, const std::string& call) {
    if (result == CUDNN_STATUS_SUCCESS) return;
    int status = HZ_FAILED;
    if (result == CUDNN_STATUS_ALLOC_FAILED) status = HZ_OUT_OF_MEMORY;
    if (result == CUDNN_STATUS_NOT_SUPPORTED) status = HZ_UNSUPPORTED;
    throw Failure(status, call + ": " + cudnnGetErrorString(result));
}

ConvDescriptors::Key ConvDescriptors::key(const HzConv& c) {
    Key key{};
    std::size_t at = 0;
    key[at++] = c.x.rank;
    for (const HzTensor* t : {&c.x, &c.w, &c.y}) {
        for (std::int32_t i = 0; i < 5; ++i) key[at++] = i < t->rank ? t->dims[i] : 0;
    }
    for (const std::int32_t stride : c.stride) key[at++] = stride;
    for (const std::int32_t pad : c.pad) key[at++] = pad;
    return key;
}

ConvDescriptors::ConvDescriptors(const HzConv& c) {
    try {
        check(cudnnCreateTensorDescriptor(&x), "cudnnCreateTensorDescriptor");
        check(cudnnCreateTensorDescriptor(&y), "cudnnCreateTensorDescriptor");
        check(cudnnCreateFilterDescriptor(&w), "cudnnCreateFilterDescriptor");
        check(cudnnCreateConvolutionDescriptor(&conv), "cudnnCreateConvolutionDescriptor");
        set_dense(x, c.x);
        set_dense(y, c.y);
        const Extents filter = extents(c.w);
        check(cudnnSetFilterNdDescriptor(w, CUDNN_DATA_FLOAT, CUDNN_TENSOR_NCHW, c.w.rank, filter.data()),
              "cudnnSetFilterNdDescriptor");
        const std::int32_t spatial = c.x.rank - 2;
        const std::int32_t first = 3 - spatial;  // rank 4 has no depth
        const std::array<int, 3> dilation{1, 1, 1};
        check(cudnnSetConvolutionNdDescriptor(conv, spatial, c.pad + first, c.stride + first, dilation.data(),
                                              CUDNN_CROSS_CORRELATION, CUDNN_DATA_FLOAT),
              "cudnnSetConvolutionNdDescriptor");
        // The default would allow TF32.
        check(cudnnSetConvolutionMathType(conv, tf32_wanted() ? CUDNN_DEFAULT_MATH : CUDNN_FMA_MATH),
              "cudnnSetConvolutionMathType");
    } catch (...) {
        destroy();
        throw;
    }
}

ConvDescriptors::~ConvDescriptors() { destroy(); }

void ConvDescriptors::destroy() noexcept {
    if (conv != nullptr) static_cast<void>(cudnnDestroyConvolutionDescriptor(conv));
    if (w != nullptr) static_cast<void>(cudnnDestroyFilterDescriptor(w));
    if (y != nullptr) static_cast<void>(cudnnDestroyTensorDescriptor(y));
    if (x != nullptr) static_cast<void>(cudnnDestroyTensorDescriptor(x));
}

}  // namespace huizhen::engine::cuda
