#include <cstdlib>

#include <sys/mman.h>

#include <huizhen/volume/voxel_allocator.h>

namespace huizhen::imaging {
namespace {

constexpr std::size_t kHugePageBytes = std::size_t{2} << 20;

}  // namespace

void* allocate_huge(std::size_t bytes) {
    const std::size_t whole_pages = (bytes + kHugePageBytes - 1) / kHugePageBytes * kHugePageBytes;
    void* block = std::aligned_alloc(kHugePageBytes, whole_pages);
    if (block == nullptr) throw std::bad_alloc();
    ::madvise(block, whole_pages, MADV_HUGEPAGE);  // a wish: refused where the kernel has none, harmless
    return block;
}

void free_huge(void* block) { std::free(block); }

}  // namespace huizhen::imaging
