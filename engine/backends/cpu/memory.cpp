#include <new>

#include "state.h"

namespace huizhen::engine::cpu {
namespace {

constexpr std::align_val_t kAlignment{64};

// Sizes are rounded up to one of eight steps per power of two, so that near sizes share blocks.
std::size_t rounded(std::size_t bytes) {
    std::size_t step = 64;
    while (step * 16 < bytes) step *= 2;
    return (bytes + step - 1) / step * step;
}

}  // namespace

MemoryPool::~MemoryPool() {
    for (const auto& [bytes, blocks] : kept_) {
        for (void* block : blocks) ::operator delete(block, kAlignment);
    }
}

void* MemoryPool::take(std::size_t bytes) {
    const std::size_t size = rounded(bytes);
    std::vector<void*>& blocks = kept_[size];
    if (blocks.empty()) return ::operator new(size, kAlignment, std::nothrow);
    void* block = blocks.back();
    blocks.pop_back();
    kept_bytes_ -= size;
    return block;
}

void MemoryPool::give(void* memory, std::size_t bytes) {
    const std::size_t size = rounded(bytes);
    if (kept_bytes_ + size > kMaxKept) {
        ::operator delete(memory, kAlignment);
        return;
    }
    kept_[size].push_back(memory);
    kept_bytes_ += size;
}

const float* PackedWeights::find(std::uint64_t version, std::int64_t floats) {
    const auto found = entries_.find(version);
    if (found == entries_.end() || found->second.values.size() != static_cast<std::size_t>(floats))
        return nullptr;
    found->second.used = ++clock_;
    return found->second.values.data();
}

float* PackedWeights::add(std::uint64_t version, std::int64_t floats) {
    const std::size_t size = static_cast<std::size_t>(floats) * sizeof(float);
    const auto drop = [this](auto entry) {
        bytes_ -= entry->second.values.size() * sizeof(float);
        entries_.erase(entry);
    };
    if (const auto found = entries_.find(version); found != entries_.end()) drop(found);
    while (!entries_.empty() && bytes_ + size > kMaxBytes) {
        drop(std::ranges::min_element(entries_, {}, [](const auto& entry) { return entry.second.used; }));
    }
    Entry& entry = entries_[version];
    entry.values.resize(static_cast<std::size_t>(floats));
    entry.used = ++clock_;
    bytes_ += size;
    return entry.values.data();
}

PoolBuffer::PoolBuffer(State& state, std::size_t floats)
    : state_(state),
      bytes_(std::max<std::size_t>(1, floats) * sizeof(float)),
      data_(static_cast<float*>(state.pool.take(bytes_))) {
    if (data_ == nullptr) throw std::bad_alloc();
}

PoolBuffer::~PoolBuffer() { state_.pool.give(data_, bytes_); }

float* scratch(std::size_t floats, int slot) {
    struct Aligned {
        float* data = nullptr;
        std::size_t size = 0;
        ~Aligned() { ::operator delete(data, kAlignment); }
    };
    constexpr std::size_t kSlots = 4;
    thread_local std::array<Aligned, kSlots> buffers;
    Aligned& buffer = buffers.at(static_cast<std::size_t>(slot));
    if (buffer.size < floats) {
        ::operator delete(buffer.data, kAlignment);
        buffer.data = nullptr;
        buffer.size = 0;
        buffer.data = static_cast<float*>(::operator new(floats * sizeof(float), kAlignment));
        buffer.size = floats;
    }
    return buffer.data;
}

std::int64_t padded_channels(const Kernels& kernels, std::int64_t channels) {
    return (channels + kernels.lanes - 1) / kernels.lanes * kernels.lanes;
}

std::vector<ChannelBlock> channel_blocks(const Kernels& kernels, std::int64_t channels) {
    std::vector<ChannelBlock> blocks;
    std::int64_t vectors = padded_channels(kernels, channels) / kernels.lanes;
    std::int64_t first = 0;
    while (vectors > 0) {
        int width = kernels.widest;
        while (width > vectors || kernels.rows_of[width] == 0) --width;
        blocks.push_back({first, width, first});
        first += width * kernels.lanes;
        vectors -= width;
    }
    return blocks;
}

}  // namespace huizhen::engine::cpu
