#pragma once

// Memory that plays the GPU's: the host may touch it only while a DeviceMemoryOpen lives, and faults
// otherwise. Fresh memory holds NaN, and what lies around an allocation is checked when it is released.

#include <cstddef>

namespace huizhen::engine::cuda {

void* device_memory_take(std::size_t bytes);  // null when there is none
void device_memory_give(void* memory);        // throws std::logic_error: written outside, or not ours
// Throws std::logic_error unless all of it lies in one allocation.
void device_memory_require(const void* memory, std::size_t bytes);
std::size_t device_memory_in_use();

class DeviceMemoryOpen {
  public:
    DeviceMemoryOpen();
    ~DeviceMemoryOpen();
    DeviceMemoryOpen(const DeviceMemoryOpen&) = delete;
    DeviceMemoryOpen& operator=(const DeviceMemoryOpen&) = delete;
};

}  // namespace huizhen::engine::cuda
