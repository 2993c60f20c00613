#pragma once

// Memory for voxels: large blocks ask the kernel for huge pages, and elements are left unset unless a value
// is given. A CT is 150 MB: filling it with zeros that are overwritten at once, 4 KB page by page, costs as
// much as reading it.

#include <cstddef>
#include <new>
#include <type_traits>
#include <utility>

namespace huizhen::imaging {

// Where blocks of kHugeBlockBytes and more come from; null-free: throws std::bad_alloc.
void* allocate_huge(std::size_t bytes);
void free_huge(void* block);
inline constexpr std::size_t kHugeBlockBytes = std::size_t{4} << 20;

template <typename T>
class VoxelAllocator {
  public:
    static_assert(std::is_trivially_copyable_v<T>);
    using value_type = T;

    VoxelAllocator() = default;
    template <typename U>
    VoxelAllocator(const VoxelAllocator<U>&) {}  // implicit, as the allocator requirements demand

    T* allocate(std::size_t count) {
        const std::size_t bytes = count * sizeof(T);
        if (count > static_cast<std::size_t>(-1) / 2 / sizeof(T)) throw std::bad_alloc();
        return static_cast<T*>(bytes >= kHugeBlockBytes ? allocate_huge(bytes) : ::operator new(bytes));
    }
    void deallocate(T* block, std::size_t count) noexcept {
        if (count * sizeof(T) >= kHugeBlockBytes) {
            free_huge(block);
        } else {
            ::operator delete(block);
        }
    }

    template <typename U>
    void construct(U* at) {
        ::new (static_cast<void*>(at)) U;  // default-initialised: not written
    }
    template <typename U, typename... Args>
    void construct(U* at, Args&&... args) {
        ::new (static_cast<void*>(at)) U(std::forward<Args>(args)...);
    }

    friend bool operator==(const VoxelAllocator&, const VoxelAllocator&) { return true; }
};

}  // namespace huizhen::imaging
