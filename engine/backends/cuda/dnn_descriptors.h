#pragma once

// One convolution in cuDNN's terms. Making descriptors needs no GPU, so tests can check them anywhere.

#include <array>
#include <cstdint>
#include <string>

#include <cudnn.h>

#include <huizhen/tensor/backend_arguments.h>

namespace huizhen::engine::cuda {

void check(cudnnStatus_t result, const std::string& call);  // throws Failure

class ConvDescriptors {
  public:
    explicit ConvDescriptors(const HzConv& conv);
    ~ConvDescriptors();
    ConvDescriptors(const ConvDescriptors&) = delete;
    ConvDescriptors& operator=(const ConvDescriptors&) = delete;

    cudnnTensorDescriptor_t x = nullptr;
    cudnnTensorDescriptor_t y = nullptr;
    cudnnFilterDescriptor_t w = nullptr;
    cudnnConvolutionDescriptor_t conv = nullptr;

    // Rank, extents of x, w and y, strides, pads: what tells two plans apart.
    using Key = std::array<std::int64_t, 22>;
    static Key key(const HzConv& conv);

  private:
    void destroy() noexcept;
};

}  // namespace huizhen::engine::cuda
