// cuDNN itself is asked, without a GPU, whether it understands our convolutions as we do.

#include <huizhen/tensor/shape.h>

#include "dnn_descriptors.h"
#include "failure.h"

namespace huizhen::engine::cuda {
namespace {

HzTensor tensor(std::initializer_list<std::int64_t> dims) {
    HzTensor t{};
    for (const std::int64_t extent : dims) t.dims[t.rank++] = extent;
    t.dtype = HZ_F32;
    return t;
}

// What cuDNN makes of x and w.
std::vector<std::int64_t> output_dims(const HzConv& conv) {
    const ConvDescriptors d(conv);
    std::array<int, HZ_MAX_RANK> dims{};
    check(cudnnGetConvolutionNdForwardOutputDim(d.conv, d.x, d.w, conv.x.rank, dims.data()), "output");
    return {dims.begin(), dims.begin() + conv.x.rank};
}

TEST(CudnnDescriptors, give_the_output_shapes_of_the_engine) {
    HzConv volume{tensor({2, 3, 9, 8, 7}),
                  tensor({32, 3, 3, 2, 1}),
                  {},
                  tensor({2, 32, 5, 9, 3}),
                  {2, 1, 3},
                  {1, 1, 1},
                  0,
                  0};
    EXPECT_EQ(output_dims(volume), (std::vector<std::int64_t>{2, 32, 5, 9, 3}));
    HzConv image{tensor({1, 24, 10, 9}),
                 tensor({40, 24, 3, 5}),
                 {},
                 tensor({1, 40, 4, 7}),
                 {1, 2, 1},
                 {0, 0, 1},
                 0,
                 0};
    EXPECT_EQ(output_dims(image), (std::vector<std::int64_t>{1, 40, 4, 7}));
}

TEST(CudnnDescriptors, are_of_full_precision_unless_asked_otherwise) {
    const HzConv conv{
        tensor({1, 4, 4, 4}), tensor({2, 4, 3, 3}), {}, tensor({1, 2, 2, 2}), {1, 1, 1}, {0, 0, 0}, 0, 0};
    const auto math_of = [](const ConvDescriptors& d) {
        cudnnMathType_t math{};
        check(cudnnGetConvolutionMathType(d.conv, &math), "math");
        return math;
    };
    EXPECT_EQ(math_of(ConvDescriptors(conv)), CUDNN_FMA_MATH);
    ::setenv("HUIZHEN_CUDA_TF32", "1", 1);
    EXPECT_EQ(math_of(ConvDescriptors(conv)), CUDNN_DEFAULT_MATH);
    ::unsetenv("HUIZHEN_CUDA_TF32");
}

TEST(CudnnDescriptors, refuse_what_cudnn_does_not_take) {
    HzConv conv{
        tensor({1, 4, 4, 4}), tensor({2, 4, 3, 3}), {}, tensor({1, 2, 2, 2}), {1, 1, 1}, {0, 0, 0}, 0, 0};
    conv.stride[1] = 0;
    EXPECT_THROW(ConvDescriptors{conv}, Failure);
    conv.stride[1] = 1;
    conv.x.dims[2] = std::int64_t{1} << 31;
    EXPECT_THROW(ConvDescriptors{conv}, Failure);
}

TEST(CudnnDescriptors, plans_are_told_apart_by_everything_that_matters) {
    const HzConv conv{
        tensor({1, 4, 4, 4}), tensor({2, 4, 3, 3}), {}, tensor({1, 2, 2, 2}), {1, 1, 1}, {0, 0, 0}, 0, 0};
    HzConv other = conv;
    EXPECT_EQ(ConvDescriptors::key(conv), ConvDescriptors::key(other));
    other.pad[2] = 1;
    EXPECT_NE(ConvDescriptors::key(conv), ConvDescriptors::key(other));
    other = conv;
    other.stride[0] = 2;
    EXPECT_NE(ConvDescriptors::key(conv), ConvDescriptors::key(other));
    other = conv;
    other.w.dims[3] = 1;
    EXPECT_NE(ConvDescriptors::key(conv), ConvDescriptors::key(other));
    other = conv;
    other.y.dims[0] = 3;
    EXPECT_NE(ConvDescriptors::key(conv), ConvDescriptors::key(other));
}

}  // namespace
}  // namespace huizhen::engine::cuda
