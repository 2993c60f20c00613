#include "device_memory.h"

#include <cstdint>
#include <cstring>
#include <map>
#include <stdexcept>

#include <sys/mman.h>

namespace huizhen::engine::cuda {
namespace {

constexpr std::size_t kArena = std::size_t{512} << 20U;
constexpr std::size_t kGuard = 256;  // on either side; also the alignment
constexpr int kGuardByte = 0xA5;
constexpr int kFreshByte = 0xFF;  // floats of it are NaN, indices -1

class Arena {
  public:
    Arena() {
        void* mapped = ::mmap(nullptr, kArena, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (mapped == MAP_FAILED) throw std::logic_error("no address space");
        base_ = static_cast<unsigned char*>(mapped);
    }

    void open() {
        if (opened_++ == 0) protect(PROT_READ | PROT_WRITE);
    }
    void close() {
        if (--opened_ == 0) protect(PROT_NONE);
    }

    void* take(std::size_t bytes) {
        const std::size_t whole = (bytes + kGuard - 1) / kGuard * kGuard + 2 * kGuard;
        if (taken_.empty()) top_ = 0;
        if (top_ + whole > kArena) return nullptr;
        unsigned char* memory = base_ + top_ + kGuard;
        std::memset(base_ + top_, kGuardByte, whole);
        std::memset(memory, kFreshByte, bytes);
        top_ += whole;
        taken_[memory] = bytes;
        return memory;
    }

    void give(void* memory) {
        const auto found = taken_.find(static_cast<unsigned char*>(memory));
        if (found == taken_.end()) throw std::logic_error("released memory was not taken");
        const unsigned char* end = found->first + found->second;
        for (std::size_t i = 0; i < kGuard; ++i) {
            if (found->first[-1 - static_cast<std::ptrdiff_t>(i)] != kGuardByte || end[i] != kGuardByte) {
                throw std::logic_error("a kernel wrote outside its memory");
            }
        }
        taken_.erase(found);
        // The newest allocations come back first, mostly.
        if (taken_.empty()) {
            top_ = 0;
        } else if (const auto& last = *taken_.rbegin(); last.first < memory) {
            top_ = static_cast<std::size_t>(last.first - base_) +
                   (last.second + kGuard - 1) / kGuard * kGuard + kGuard;
        }
    }

    void require(const void* memory, std::size_t bytes) const {
        const auto* begin = static_cast<const unsigned char*>(memory);
        auto above = taken_.upper_bound(const_cast<unsigned char*>(begin));
        if (above == taken_.begin()) throw std::logic_error("not device memory");
        --above;
        if (begin + bytes > above->first + above->second) {
            throw std::logic_error("an operand reaches beyond its memory");
        }
    }

    std::size_t in_use() const { return taken_.size(); }

  private:
    void protect(int access) {
        if (::mprotect(base_, kArena, access) != 0) throw std::logic_error("mprotect");
    }

    unsigned char* base_;
    std::size_t top_ = 0;
    int opened_ = 0;
    std::map<unsigned char*, std::size_t> taken_;
};

Arena& arena() {
    static Arena instance;
    return instance;
}

}  // namespace

void* device_memory_take(std::size_t bytes) {
    const DeviceMemoryOpen open;
    return arena().take(bytes);
}
void device_memory_give(void* memory) {
    const DeviceMemoryOpen open;
    arena().give(memory);
}
void device_memory_require(const void* memory, std::size_t bytes) { arena().require(memory, bytes); }
std::size_t device_memory_in_use() { return arena().in_use(); }

DeviceMemoryOpen::DeviceMemoryOpen() { arena().open(); }
DeviceMemoryOpen::~DeviceMemoryOpen() { arena().close(); }

}  // namespace huizhen::engine::cuda
