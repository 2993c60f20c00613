// The CUDA backend without a GPU: every operation against `reference`, on the emulation.

#include <huizhen/backend_reference/backend.h>
#include <huizhen/tensor/optimizer_ops.h>
#include <huizhen/tensor/plugin.h>
#include <huizhen/tensor/self_check.h>

#include "conformance.h"
#include "cuda_cases.h"
#include "device_memory.h"
#include "doubles.h"
#include "emulation.h"

extern "C" const HzBackend* huizhen_backend();

namespace huizhen::engine {
namespace {

using testing::Case;

std::vector<Case> every_case() {
    std::vector<Case> cases = testing::all_cases();
    for (Case& c : testing::cuda_cases()) cases.push_back(std::move(c));
    return cases;
}

class EmulatedCuda : public ::testing::TestWithParam<Case> {};

TEST_P(EmulatedCuda, agrees_with_reference_whatever_the_order_of_threads) {
    const Case& c = GetParam();
    cuda::emulation::shuffle_threads(1);
    const testing::Outcome first = testing::outcome_on({huizhen_backend()}, c);
    testing::expect_close(first, testing::outcome_on({reference_backend()}, c), c);
    cuda::emulation::shuffle_threads(2);
    EXPECT_TRUE(first == testing::outcome_on({huizhen_backend()}, c))
        << "bits depend on the order of threads";
    EXPECT_EQ(cuda::device_memory_in_use(), 0U) << "device memory is not given back";
}

std::string name_of(const ::testing::TestParamInfo<Case>& tested) { return tested.param.name; }

INSTANTIATE_TEST_SUITE_P(Operations, EmulatedCuda, ::testing::ValuesIn(every_case()), name_of);

TEST(EmulatedCudaBackend, convolves_by_itself_what_cudnn_declines) {
    cuda::decline_convolutions = true;
    for (const Case& c : testing::all_cases()) {
        // A block a weight: thousands are enough for an emulation.
        if (!c.name.starts_with("conv") || c.inputs[1].shape.count() > 2500) continue;
        SCOPED_TRACE(c.name);
        testing::expect_close(testing::outcome_on({huizhen_backend()}, c),
                              testing::outcome_on({reference_backend()}, c), c);
    }
    cuda::decline_convolutions = false;
}

TEST(EmulatedCudaBackend, is_a_complete_backend_of_this_abi) {
    EXPECT_TRUE(check_backend(huizhen_backend()).has_value());
    char text[128] = "";
    EXPECT_EQ(huizhen_backend()->probe(text, sizeof text), HZ_OK);
    EXPECT_STREQ(text, "the emulation of a GPU");
}

TEST(EmulatedCudaBackend, passes_the_check_at_start) {
    Executor executor(1);
    const Status checked = self_check(executor, *huizhen_backend(), *reference_backend());
    EXPECT_TRUE(checked.has_value()) << checked.error().to_string();
}

TEST(EmulatedCudaBackend, without_a_device_says_so) {
    ::setenv("HUIZHEN_TEST_NO_GPU", "1", 1);
    char text[128] = "";
    void* state = nullptr;
    EXPECT_NE(huizhen_backend()->probe(text, sizeof text), HZ_OK);
    EXPECT_STREQ(text, "no NVIDIA driver on this machine");
    EXPECT_NE(huizhen_backend()->create(nullptr, &state), HZ_OK);
    EXPECT_EQ(state, nullptr);
    EXPECT_STREQ(huizhen_backend()->last_error(nullptr), "no NVIDIA driver on this machine");
    ::unsetenv("HUIZHEN_TEST_NO_GPU");
}

TEST(EmulatedCudaBackend, out_of_memory_is_told_from_other_failures) {
    void* state = nullptr;
    ASSERT_EQ(huizhen_backend()->create(nullptr, &state), HZ_OK);
    void* memory = nullptr;
    EXPECT_EQ(huizhen_backend()->allocate(state, std::size_t{1} << 40U, &memory), HZ_OUT_OF_MEMORY);
    EXPECT_STREQ(huizhen_backend()->last_error(state), "cudaMalloc: out of memory");
    EXPECT_EQ(huizhen_backend()->allocate(state, 64, &memory), HZ_OK);
    EXPECT_STREQ(huizhen_backend()->last_error(state), "");
    huizhen_backend()->release(state, memory, 64);
    huizhen_backend()->destroy(state);
}

TEST(EmulatedCudaBackend, declines_with_a_reason) {
    HzTensor blocked{};
    blocked.layout = 1;
    char reason[128] = "";
    EXPECT_EQ(huizhen_backend()->supports(nullptr, HZ_OP_UNARY, &blocked, 1, reason, sizeof reason), 0);
    EXPECT_STREQ(reason, "only the canonical layout");
    float value = 0.0F;
    HzTensor half{&value, {}, 0, HZ_BF16, HZ_LAYOUT_CANONICAL, 0};
    EXPECT_EQ(huizhen_backend()->supports(nullptr, HZ_OP_UNARY, &half, 1, reason, sizeof reason), 0);
    EXPECT_STREQ(reason, "only f32, and i32 indices");
}

std::vector<float> after_steps(const HzBackend* backend) {
    Executor executor(1);
    Context context(executor, {backend});
    Tensor w = Tensor::from(context, Shape{3}, std::vector<float>{0.5F, -1.0F, 2.0F});
    Tensor m = Tensor::zeros(context, Shape{3});
    Tensor v = Tensor::zeros(context, Shape{3});
    for (std::int64_t step = 1; step <= 3; ++step) {
        const Tensor g = square(w) - affine(w, 0.3F, 0.1F);
        adamw_step(w, g, m, v, {.learning_rate = 0.1F, .decay = 0.01F, .gradient_scale = 0.7F, .step = step});
    }
    axpby(m, 0.5F, v, 2.0F);
    std::vector<float> all = w.to_vector();
    for (const float value : v.to_vector()) all.push_back(value);
    all.push_back(static_cast<float>(global_norm(std::vector<Tensor>{w, m, Tensor(), v})));
    return all;
}

TEST(EmulatedCudaBackend, optimises_as_the_reference) {
    const std::vector<float> expected = after_steps(reference_backend());
    const std::vector<float> actual = after_steps(huizhen_backend());
    ASSERT_EQ(actual.size(), expected.size());
    for (std::size_t i = 0; i < actual.size(); ++i) EXPECT_NEAR(actual[i], expected[i], 2e-6F) << i;
}

TEST(EmulatedCudaBackend, copies_in_order_where_targets_coincide) {
    const auto totals = [](const HzBackend* backend) {
        void* state = nullptr;
        EXPECT_EQ(backend->create(nullptr, &state), HZ_OK);
        std::vector<float> from(12);
        for (std::size_t i = 0; i < from.size(); ++i) from[i] = 0.1F * static_cast<float>(i + 1);
        std::vector<float> to(4, 1.0F);
        HzStridedCopy copy{};
        EXPECT_EQ(backend->allocate(state, 48, &copy.from.data), HZ_OK);
        EXPECT_EQ(backend->allocate(state, 16, &copy.to.data), HZ_OK);
        EXPECT_EQ(backend->upload(state, copy.from.data, from.data(), 48), HZ_OK);
        EXPECT_EQ(backend->upload(state, copy.to.data, to.data(), 16), HZ_OK);
        copy.from.dtype = copy.to.dtype = HZ_F32;
        copy.rank = 2;
        copy.dims[0] = 3;
        copy.dims[1] = 4;
        copy.from_strides[0] = 4;
        copy.from_strides[1] = 1;
        copy.to_strides[1] = 1;  // three rows onto one
        for (const std::int32_t accumulate : {1, 0}) {
            copy.accumulate = accumulate;
            EXPECT_EQ(backend->strided_copy(state, &copy), HZ_OK);
            std::vector<float> now(4);
            EXPECT_EQ(backend->download(state, now.data(), copy.to.data, 16), HZ_OK);
            to.insert(to.end(), now.begin(), now.end());
        }
        backend->release(state, copy.from.data, 48);
        backend->release(state, copy.to.data, 16);
        backend->destroy(state);
        return to;
    };
    EXPECT_EQ(totals(huizhen_backend()), totals(reference_backend()));
}

__global__ void racing_kernel(int* cell) {
    cell[0] = static_cast<int>(threadIdx.x);  // who comes last?
}

__global__ void diverging_kernel() {
    if (threadIdx.x < 5) __syncthreads();
}

TEST(Emulation, shows_races_and_barriers_that_some_threads_miss) {
    int* cell = static_cast<int*>(cuda::device_memory_take(sizeof(int)));
    const auto last_under = [&](std::uint64_t seed) {
        cuda::emulation::shuffle_threads(seed);
        cuda::launch(nullptr, 1, 64, racing_kernel, cell);
        const cuda::DeviceMemoryOpen open;
        return *cell;
    };
    EXPECT_NE(last_under(1), last_under(2));
    cuda::device_memory_give(cell);
    EXPECT_THROW(cuda::launch(nullptr, 1, 32, diverging_kernel), std::logic_error);
}

TEST(Emulation, shows_writes_outside_memory) {
    auto* memory = static_cast<unsigned char*>(cuda::device_memory_take(8));
    {
        const cuda::DeviceMemoryOpen open;
        memory[8] = 1;
    }
    EXPECT_THROW(cuda::device_memory_give(memory), std::logic_error);
    {
        const cuda::DeviceMemoryOpen open;
        memory[8] = 0xA5;
    }
    cuda::device_memory_give(memory);
    EXPECT_THROW(cuda::device_memory_require(&memory, 1), std::logic_error);
}

TEST(EmulationDeathTest, the_host_cannot_read_device_memory) {
    auto* memory = static_cast<volatile float*>(cuda::device_memory_take(4));
    EXPECT_DEATH(static_cast<void>(*memory), "");
    cuda::device_memory_give(const_cast<float*>(memory));
}

}  // namespace
}  // namespace huizhen::engine
