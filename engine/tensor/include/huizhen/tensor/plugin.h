#pragma once

// Backends built elsewhere (CUDA): a shared object that exports huizhen_backend() (backend_abi.h).

#include <filesystem>

#include <huizhen/base/result.h>
#include <huizhen/tensor/backend_abi.h>

namespace huizhen::engine {

// Opens one absolute path, checks ABI version, size and that every function is there. A plugin is never
// unloaded: its table stays valid for the process, and a second call with the same path gives the same table.
// Any thread. kInvalidArgument: a relative path; kNotFound; kPermissionDenied: others, its group among them,
// could have written it or may write to its folder; kUnavailable: the loader refused it; kIntegrity: not a
// backend of this ABI.
Result<const HzBackend*> load_backend_plugin(const std::filesystem::path& path);

// The same checks on a table that is already in the process.
Status check_backend(const HzBackend* backend);

}  // namespace huizhen::engine
