#pragma once

// Which backend the engine computes on: a GPU where one can be used, else the processor. Decided once at
// start, from what HUIZHEN_BACKEND wishes and what the machine has.

#include <filesystem>
#include <string>
#include <vector>

#include <huizhen/base/executor.h>
#include <huizhen/base/result.h>
#include <huizhen/tensor/backend_abi.h>

namespace huizhen::node {

enum class BackendWish { kAutomatic, kReference, kCpu, kCuda };

// HUIZHEN_BACKEND: unset or empty, "reference", "cpu" or "cuda". kInvalidArgument names these for anything
// else.
Result<BackendWish> wished_backend();

struct BackendChoice {
    std::vector<const HzBackend*> backends;  // best first, as Context takes them
    std::string runs_on;                     // the first one's words
    std::string why_not_cuda;                // empty: it is used
};

// Where plugins may lie, in order: the absolute entries of HUIZHEN_PLUGIN_PATH, the program's own folder,
// lib/huizhen beside that. Never the working folder.
std::vector<std::filesystem::path> plugin_folders();

// CUDA is used when its plugin loads, finds a device, and passes the check against `reference`. A wish for it
// that cannot be had falls back to the processor, with a warning in the log.
BackendChoice choose_backend(BackendWish wish, const std::vector<std::filesystem::path>& folders,
                             Executor& executor);

}  // namespace huizhen::node
