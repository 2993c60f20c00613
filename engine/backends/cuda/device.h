#pragma once

// The GPU: its one stream, its memory, and the way to and from the host. This and blas.h, dnn.h are the seam
// to NVIDIA's libraries: device.cpp, blas.cpp and dnn.cpp are the only files that call them, and the tests
// put doubles in their place (tests/engine/backends/cuda).

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

struct CUstream_st;

namespace huizhen::engine::cuda {

using Stream = CUstream_st*;

// "NVIDIA H100, 80 GB, compute 9.0". Throws Failure with the reason when there is no usable GPU.
std::string describe_device();

// Everything a Device does is in the order of its stream. One thread at a time. Throws Failure.
class Device {
  public:
    Device();
    ~Device();
    Device(const Device&) = delete;
    Device& operator=(const Device&) = delete;

    void bind();  // makes it the current device of the calling thread
    Stream stream() const;

    void* allocate(std::size_t bytes);  // aligned to 256 bytes
    void release(void* memory) noexcept;
    void upload(void* to, const void* from_host, std::size_t bytes);    // from_host may be reused on return
    void download(void* to_host, const void* from, std::size_t bytes);  // waits; reports what failed before
    void copy(void* to, const void* from, std::size_t bytes);
    void zero(void* memory, std::size_t bytes);

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

// Device memory for the length of one operation.
class Workspace {
  public:
    Workspace(Device& device, std::size_t bytes)
        : device_(device), memory_(bytes > 0 ? device.allocate(bytes) : nullptr) {}
    ~Workspace() {
        if (memory_ != nullptr) device_.release(memory_);
    }
    Workspace(const Workspace&) = delete;
    Workspace& operator=(const Workspace&) = delete;

    template <typename T>
    T* as() const {
        return static_cast<T*>(memory_);
    }

  private:
    Device& device_;
    void* memory_;
};

}  // namespace huizhen::engine::cuda
