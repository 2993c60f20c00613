#include "device.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "check_cuda.h"

namespace huizhen::engine::cuda {
namespace {

constexpr int kDevice = 0;      // CUDA_VISIBLE_DEVICES chooses among several
constexpr int kLeastMajor = 7;  // compute capability 7.5, Turing: the oldest that CUDA 13 compiles for
constexpr int kLeastMinor = 5;
constexpr std::size_t kStaging = std::size_t{4} << 20U;
constexpr std::uint64_t kMaxKept = std::uint64_t{512} << 20U;  // freed memory kept for reuse

// HUIZHEN_CUDA_MEMORY_MB caps what this process takes of a shared GPU; 0: no cap.
std::size_t memory_cap() {
    const char* named = std::getenv("HUIZHEN_CUDA_MEMORY_MB");
    return named == nullptr ? 0 : static_cast<std::size_t>(std::strtoull(named, nullptr, 10)) << 20U;
}

}  // namespace

std::string describe_device() {
    int driver = 0;
    check(cudaDriverGetVersion(&driver), "cudaDriverGetVersion");
    if (driver == 0) throw Failure(HZ_UNSUPPORTED, "no NVIDIA driver on this machine");
    int devices = 0;
    const cudaError_t counted = cudaGetDeviceCount(&devices);
    if (counted != cudaSuccess) {
        static_cast<void>(cudaGetLastError());
        throw Failure(HZ_UNSUPPORTED, std::string("no usable NVIDIA GPU: ") + cudaGetErrorString(counted));
    }
    if (devices == 0) throw Failure(HZ_UNSUPPORTED, "no NVIDIA GPU on this machine");
    cudaDeviceProp properties{};
    check(cudaGetDeviceProperties(&properties, kDevice), "cudaGetDeviceProperties");
    const std::string compute = std::to_string(properties.major) + "." + std::to_string(properties.minor);
    if (properties.major < kLeastMajor ||
        (properties.major == kLeastMajor && properties.minor < kLeastMinor)) {
        throw Failure(HZ_UNSUPPORTED, std::string(properties.name) + " has compute capability " + compute +
                                          ", at least 7.5 is needed");
    }
    return std::string(properties.name) + ", " + std::to_string(properties.totalGlobalMem >> 30U) +
           " GB, compute " + compute;
}

struct Device::Impl {
    cudaStream_t stream = nullptr;
    cudaMemPool_t pool = nullptr;  // null where the driver has none: plain cudaMalloc then
    void* staging = nullptr;       // pinned
    cudaEvent_t staged = nullptr;  // recorded when `staging` has been read

    ~Impl() {
        if (stream != nullptr) static_cast<void>(cudaStreamSynchronize(stream));
        if (staged != nullptr) static_cast<void>(cudaEventDestroy(staged));
        if (staging != nullptr) static_cast<void>(cudaFreeHost(staging));
        if (pool != nullptr) static_cast<void>(cudaMemPoolDestroy(pool));
        if (stream != nullptr) static_cast<void>(cudaStreamDestroy(stream));
    }
};

Device::Device() : impl_(std::make_unique<Impl>()) {
    static_cast<void>(describe_device());
    bind();
    check(cudaStreamCreateWithFlags(&impl_->stream, cudaStreamNonBlocking), "cudaStreamCreate");
    check(cudaEventCreateWithFlags(&impl_->staged, cudaEventDisableTiming), "cudaEventCreate");
    check(cudaMallocHost(&impl_->staging, kStaging), "cudaMallocHost");
    int pools = 0;
    check(cudaDeviceGetAttribute(&pools, cudaDevAttrMemoryPoolsSupported, kDevice), "cudaDeviceGetAttribute");
    if (pools == 0) return;
    cudaMemPoolProps wanted{};
    wanted.allocType = cudaMemAllocationTypePinned;
    wanted.handleTypes = cudaMemHandleTypeNone;
    wanted.location.type = cudaMemLocationTypeDevice;
    wanted.location.id = kDevice;
    wanted.maxSize = memory_cap();
    check(cudaMemPoolCreate(&impl_->pool, &wanted), "cudaMemPoolCreate");
    std::uint64_t kept = kMaxKept;
    check(cudaMemPoolSetAttribute(impl_->pool, cudaMemPoolAttrReleaseThreshold, &kept),
          "cudaMemPoolSetAttribute");
}

Device::~Device() { static_cast<void>(cudaSetDevice(kDevice)); }

void Device::bind() { check(cudaSetDevice(kDevice), "cudaSetDevice"); }

Stream Device::stream() const { return impl_->stream; }

void* Device::allocate(std::size_t bytes) {
    void* memory = nullptr;
    const cudaError_t result = impl_->pool != nullptr
                                   ? cudaMallocFromPoolAsync(&memory, bytes, impl_->pool, impl_->stream)
                                   : cudaMalloc(&memory, bytes);
    if (result == cudaErrorMemoryAllocation)
        static_cast<void>(cudaGetLastError());  // not sticky: reported here
    check(result, "cudaMalloc");
    return memory;
}

void Device::release(void* memory) noexcept {
    // After a fault everything fails, and whatever comes next reports it.
    static_cast<void>(impl_->pool != nullptr ? cudaFreeAsync(memory, impl_->stream) : cudaFree(memory));
}

void Device::upload(void* to, const void* from_host, std::size_t bytes) {
    if (bytes == 0) return;
    if (bytes > kStaging) {
        check(cudaMemcpyAsync(to, from_host, bytes, cudaMemcpyHostToDevice, impl_->stream),
              "cudaMemcpyAsync");
        check(cudaStreamSynchronize(impl_->stream), "cudaStreamSynchronize");
        return;
    }
    check(cudaEventSynchronize(impl_->staged), "cudaEventSynchronize");
    std::memcpy(impl_->staging, from_host, bytes);
    check(cudaMemcpyAsync(to, impl_->staging, bytes, cudaMemcpyHostToDevice, impl_->stream),
          "cudaMemcpyAsync");
    check(cudaEventRecord(impl_->staged, impl_->stream), "cudaEventRecord");
}

void Device::download(void* to_host, const void* from, std::size_t bytes) {
    if (bytes > 0) {
        check(cudaMemcpyAsync(to_host, from, bytes, cudaMemcpyDeviceToHost, impl_->stream),
              "cudaMemcpyAsync");
    }
    check(cudaStreamSynchronize(impl_->stream), "cudaStreamSynchronize");
}

void Device::copy(void* to, const void* from, std::size_t bytes) {
    if (bytes == 0) return;
    check(cudaMemcpyAsync(to, from, bytes, cudaMemcpyDeviceToDevice, impl_->stream), "cudaMemcpyAsync");
}

void Device::zero(void* memory, std::size_t bytes) {
    if (bytes == 0) return;
    check(cudaMemsetAsync(memory, 0, bytes, impl_->stream), "cudaMemsetAsync");
}

}  // namespace huizhen::engine::cuda
