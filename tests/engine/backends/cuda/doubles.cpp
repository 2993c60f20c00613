// In the place of NVIDIA's runtime, cuBLAS and cuDNN (device.cpp, blas.cpp, dnn.cpp): memory of the host, and
// products and convolutions by `reference`, after checking that every operand lies inside its memory.

#include "doubles.h"

#include <cstdlib>
#include <cstring>
#include <new>
#include <stdexcept>

#include <huizhen/backend_reference/backend.h>

#include "blas.h"
#include "device_memory.h"
#include "dnn.h"
#include "failure.h"

namespace huizhen::engine::cuda {

bool decline_convolutions = false;

namespace {

std::size_t bytes_of(const HzTensor& t) {
    std::int64_t product = 1;
    for (std::int32_t i = 0; i < t.rank; ++i) product *= t.dims[i];
    return static_cast<std::size_t>(product) * sizeof(float);
}

void require(const void* memory, std::int64_t elements) {
    device_memory_require(memory, static_cast<std::size_t>(elements) * sizeof(float));
}

// What cuDNN is to be given: images that are not empty, and no fused bias or activation to it. While
// `decline_convolutions` it has no algorithm, as the real one may.
template <typename Function>
bool convolve(const HzConv& conv, Function function) {
    for (const HzTensor* t : {&conv.x, &conv.w, &conv.y}) {
        if (t->rank != conv.x.rank || bytes_of(*t) == 0) throw std::logic_error("an empty operand");
        device_memory_require(t->data, bytes_of(*t));
    }
    if (decline_convolutions) return false;
    HzConv plain = conv;
    plain.bias = HzTensor{};
    plain.activation = HZ_ACT_NONE;
    const DeviceMemoryOpen open;
    if (function(nullptr, &plain) != HZ_OK) throw std::logic_error("the reference failed");
    return true;
}

}  // namespace

std::string describe_device() {
    if (std::getenv("HUIZHEN_TEST_NO_GPU") != nullptr) {
        throw Failure(HZ_UNSUPPORTED, "no NVIDIA driver on this machine");
    }
    return "the emulation of a GPU";
}

struct Device::Impl {};

Device::Device() : impl_(std::make_unique<Impl>()) { static_cast<void>(describe_device()); }
Device::~Device() = default;
void Device::bind() {}
Stream Device::stream() const { return nullptr; }

void* Device::allocate(std::size_t bytes) {
    void* memory = device_memory_take(bytes);
    if (memory == nullptr) throw Failure(HZ_OUT_OF_MEMORY, "cudaMalloc: out of memory");
    return memory;
}
void Device::release(void* memory) noexcept { device_memory_give(memory); }

void Device::upload(void* to, const void* from_host, std::size_t bytes) {
    if (bytes == 0) return;
    device_memory_require(to, bytes);
    const DeviceMemoryOpen open;
    std::memcpy(to, from_host, bytes);
}
void Device::download(void* to_host, const void* from, std::size_t bytes) {
    if (bytes == 0) return;
    device_memory_require(from, bytes);
    const DeviceMemoryOpen open;
    std::memcpy(to_host, from, bytes);
}
void Device::copy(void* to, const void* from, std::size_t bytes) {
    if (bytes == 0) return;
    device_memory_require(to, bytes);
    device_memory_require(from, bytes);
    const DeviceMemoryOpen open;
    std::memcpy(to, from, bytes);
}
void Device::zero(void* memory, std::size_t bytes) {
    if (bytes == 0) return;
    device_memory_require(memory, bytes);
    const DeviceMemoryOpen open;
    std::memset(memory, 0, bytes);
}

struct Blas::Impl {};
Blas::Blas(Device& /*device*/) {}
Blas::~Blas() = default;

void Blas::multiply(const Gemm& g) {
    if (g.batch < 1 || g.rows < 1 || g.columns < 1 || g.inner < 1) throw std::logic_error("an empty product");
    require(g.a, (g.batch - 1) * g.stride_a + g.rows * g.inner);
    require(g.b, (g.batch - 1) * g.stride_b + g.inner * g.columns);
    require(g.out, (g.batch - 1) * g.stride_out + g.rows * g.columns);
    const DeviceMemoryOpen open;
    for (std::int64_t batch = 0; batch < g.batch; ++batch) {
        const float* a = g.a + batch * g.stride_a;
        const float* b = g.b + batch * g.stride_b;
        for (std::int64_t i = 0; i < g.rows; ++i) {
            for (std::int64_t j = 0; j < g.columns; ++j) {
                double total = 0.0;
                for (std::int64_t k = 0; k < g.inner; ++k) {
                    const float left = g.transpose_a ? a[k * g.rows + i] : a[i * g.inner + k];
                    const float right = g.transpose_b ? b[j * g.inner + k] : b[k * g.columns + j];
                    total += static_cast<double>(left) * static_cast<double>(right);
                }
                float& out = g.out[batch * g.stride_out + i * g.columns + j];
                const double kept =
                    g.beta == 0.0F ? 0.0 : static_cast<double>(g.beta) * static_cast<double>(out);
                out = static_cast<float>(static_cast<double>(g.alpha) * total + kept);
            }
        }
    }
}

struct Dnn::Impl {};
Dnn::Dnn(Device& /*device*/) {}
Dnn::~Dnn() = default;
bool Dnn::forward(const HzConv& conv) { return convolve(conv, reference_backend()->conv_forward); }
bool Dnn::backward_data(const HzConv& conv) {
    return convolve(conv, reference_backend()->conv_backward_data);
}
bool Dnn::backward_weights(const HzConv& conv) {
    return convolve(conv, reference_backend()->conv_backward_weights);
}

}  // namespace huizhen::engine::cuda
