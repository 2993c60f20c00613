#pragma once

// A model nobody has trained yet: drawn from a seed, the same wherever it is drawn.

#include <filesystem>

#include <huizhen/base/executor.h>
#include <huizhen/rounds/names.h>
#include <huizhen/rpc/file_objects.h>

namespace huizhen::coordinator {

// kUnsupported: no task of that name.
Result<rounds::ObjectRef> make_initial_model(std::string_view task, std::uint64_t seed,
                                             rpc::FileObjects& objects, Executor& executor,
                                             const std::filesystem::path& work);

}  // namespace huizhen::coordinator
