#include "emulation.h"

#include <algorithm>
#include <array>
#include <memory>
#include <numeric>
#include <span>
#include <stdexcept>
#include <vector>

#include <ucontext.h>

#include <huizhen/tensor/philox.h>

#include "device_memory.h"

EmulatedIndex threadIdx, blockIdx, blockDim, gridDim;

namespace huizhen::engine::cuda::emulation {
namespace {

constexpr std::size_t kStackBytes = std::size_t{64} << 10U;
constexpr std::size_t kWarp = 32;

enum class Waits { kNothing, kForBlock, kForWarp, kDone };

struct Fiber {
    ucontext_t context{};
    std::unique_ptr<char[]> stack;
    Waits waits = Waits::kNothing;
    std::uint64_t given = 0;  // to __shfl_xor_sync
    int vote = 0;             // to __syncthreads_or
};

struct Machine {
    ucontext_t scheduler{};
    std::vector<Fiber> fibers;
    std::size_t current = 0;
    const std::function<void()>* thread = nullptr;
    Philox order{1};
};

Machine& machine() {
    static Machine instance;
    return instance;
}

void fiber_body() {
    Machine& m = machine();
    (*m.thread)();
    m.fibers[m.current].waits = Waits::kDone;
    swapcontext(&m.fibers[m.current].context, &m.scheduler);
}

// Back to the scheduler until what this fiber waits for has come.
void wait(Waits what) {
    Machine& m = machine();
    Fiber& fiber = m.fibers[m.current];
    fiber.waits = what;
    swapcontext(&fiber.context, &m.scheduler);
}

// Lets everyone of [begin, end) go on who waits for `what`, once all of them do.
bool release(Machine& m, std::size_t begin, std::size_t end, Waits what) {
    for (std::size_t i = begin; i < end; ++i) {
        if (m.fibers[i].waits != what) return false;
    }
    for (std::size_t i = begin; i < end; ++i) m.fibers[i].waits = Waits::kNothing;
    return true;
}

// Each lane until it waits.
void run_lanes(Machine& m, std::size_t first) {
    std::array<std::size_t, kWarp> order{};
    std::iota(order.begin(), order.end(), first);
    m.order.shuffle(order);
    for (const std::size_t i : order) {
        if (m.fibers[i].waits != Waits::kNothing) continue;
        m.current = i;
        threadIdx.x = static_cast<unsigned>(i);
        swapcontext(&m.scheduler, &m.fibers[i].context);
    }
}

// A function of its own: the compiler takes getcontext for something that returns twice.
void prepare(Fiber& fiber) {
    if (!fiber.stack) fiber.stack = std::make_unique<char[]>(kStackBytes);
    getcontext(&fiber.context);
    fiber.context.uc_stack.ss_sp = fiber.stack.get();
    fiber.context.uc_stack.ss_size = kStackBytes;
    fiber.context.uc_link = nullptr;
    fiber.waits = Waits::kNothing;
    makecontext(&fiber.context, fiber_body, 0);
}

void run_block(Machine& m, std::size_t threads) {
    for (std::size_t i = 0; i < threads; ++i) prepare(m.fibers[i]);
    std::vector<std::size_t> warps(threads / kWarp);
    std::iota(warps.begin(), warps.end(), 0U);
    // One warp runs as far as it can before the next starts: what a missing barrier lets through, shows.
    while (true) {
        m.order.shuffle(warps);
        for (const std::size_t warp : warps) {
            do run_lanes(m, warp * kWarp);
            while (release(m, warp * kWarp, (warp + 1) * kWarp, Waits::kForWarp));
        }
        if (release(m, 0, threads, Waits::kForBlock)) continue;
        const auto mine = std::span(m.fibers).first(threads);
        if (std::ranges::all_of(mine, [](const Fiber& f) { return f.waits == Waits::kDone; })) return;
        throw std::logic_error("threads of a block wait at a barrier that others never reach");
    }
}

}  // namespace

void shuffle_threads(std::uint64_t seed) { machine().order = Philox(seed); }

void run_grid(std::int64_t blocks, int threads, const std::function<void()>& thread) {
    if (threads % static_cast<int>(kWarp) != 0) throw std::logic_error("a block is made of whole warps");
    const DeviceMemoryOpen open;
    Machine& m = machine();
    m.thread = &thread;
    if (m.fibers.size() < static_cast<std::size_t>(threads)) {
        m.fibers.resize(static_cast<std::size_t>(threads));
    }
    gridDim.x = static_cast<unsigned>(blocks);
    blockDim.x = static_cast<unsigned>(threads);
    std::vector<std::size_t> order(static_cast<std::size_t>(blocks));
    std::iota(order.begin(), order.end(), 0U);
    m.order.shuffle(order);
    for (const std::size_t block : order) {
        blockIdx.x = static_cast<unsigned>(block);
        run_block(m, static_cast<std::size_t>(threads));
    }
}

std::uint64_t exchange(std::uint64_t bits, int lanes) {
    Machine& m = machine();
    const std::size_t self = m.current;
    m.fibers[self].given = bits;
    wait(Waits::kForWarp);
    const std::uint64_t received = m.fibers[self ^ static_cast<std::size_t>(lanes)].given;
    wait(Waits::kForWarp);
    return received;
}

}  // namespace huizhen::engine::cuda::emulation

void __syncthreads() {
    using namespace huizhen::engine::cuda::emulation;
    wait(Waits::kForBlock);
}

int __syncthreads_or(int value) {
    using namespace huizhen::engine::cuda::emulation;
    Machine& m = machine();
    m.fibers[m.current].vote = value;
    wait(Waits::kForBlock);
    int any = 0;
    for (unsigned i = 0; i < blockDim.x; ++i) any |= m.fibers[i].vote;
    wait(Waits::kForBlock);
    return any;
}
