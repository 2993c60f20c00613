#pragma once

// What the simulated programs share.

#include <optional>
#include <stop_token>

#include <huizhen/rpc/file_objects.h>
#include <huizhen/tensor/context.h>

#include "simulation/memory_uploads.h"
#include "simulation/network.h"

namespace huizhen::coordinator::simulation {

// Where a program is killed, relative to an input it takes.
enum class Kill { kNever, kBeforeCommit, kAfterCommit };

inline constexpr Milliseconds kDowntime{5'000};
inline constexpr WallTime kStart{Milliseconds{1'800'000'000'000}};

struct Surroundings {
    Surroundings(std::uint64_t seed_, const Faults& faults_) : seed(seed_), faults(faults_), dice(seed_) {}

    std::uint64_t seed;
    Faults faults;
    Dice dice;
    EventQueue queue{kStart};
    Network network{queue, dice, faults};
    MemoryUploads uploads;
    std::unique_ptr<rpc::FileObjects> objects;
    std::filesystem::path work;  // on the objects' disk
    Executor* executor = nullptr;
    engine::Context* engine = nullptr;
    const secagg::Directory* directory = nullptr;
    std::stop_token stop;
    std::size_t crashes = 0, replayed = 0;
    std::optional<Error> broken;  // the first thing that must never happen, or kCancelled

    Kill kill() {
        if (!dice.chance(faults.crash)) return Kill::kNever;
        return dice.chance(0.5) ? Kill::kBeforeCommit : Kill::kAfterCommit;
    }
    Milliseconds within(std::uint64_t milliseconds) { return Milliseconds(dice.below(milliseconds)); }
    void check(bool holds, const std::string& what) {
        if (!holds && !broken) broken = Error(ErrorCode::kInternal, "simulation: " + what);
    }
    // 32 bytes of this simulation, for this purpose.
    Sha256Digest derive(std::string_view purpose) const {
        const std::string text = "huizhen simulation 1|" + std::to_string(seed) + '|' + std::string(purpose);
        return sha256(std::as_bytes(std::span(text)));
    }
};

inline secagg::Secret32 to_secret(const Sha256Digest& digest) {
    return secagg::Secret32(std::span<const std::uint8_t, 32>(digest));
}

}  // namespace huizhen::coordinator::simulation
