#pragma once

// A model nobody has trained yet: drawn from a seed, the same wherever it is drawn.

#include <filesystem>

#include <huizhen/base/executor.h>
#include <huizhen/rounds/names.h>
#include <huizhen/rpc/file_objects.h>

namespace huizhen::coordinator {

struct InitialModel {
    rounds::ObjectRef model;
    bool is_new = false;  // the objects did not have it
};

// kUnsupported: no task of that name.
Result<InitialModel> make_initial_model(std::string_view task, std::uint64_t seed, rpc::FileObjects& objects,
                                        Executor& executor, const std::filesystem::path& work);

}  // namespace huizhen::coordinator
