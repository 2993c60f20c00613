#include <map>
#include <mutex>

#include <dlfcn.h>
#include <sys/stat.h>
#include <unistd.h>

#include <huizhen/tensor/plugin.h>

namespace huizhen::engine {
namespace {

// Plugins opened by this process; entries are never removed.
struct Registry {
    std::mutex mutex;  // guards `tables`
    std::map<std::filesystem::path, const HzBackend*> tables;
};

Registry& registry() {
    static Registry instance;
    return instance;
}

// Belongs to root or to this user, and only its owner may write to it.
bool owned(const std::filesystem::path& path) {
    struct stat info {};
    if (::stat(path.c_str(), &info) != 0) return false;
    return (info.st_uid == 0 || info.st_uid == ::geteuid()) && (info.st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

// Code runs with all our rights: nobody else may have been able to put it there. Whoever may write to its
// folder can put another file in its place.
bool trusted(const std::filesystem::path& path) { return owned(path) && owned(path.parent_path()); }

bool complete(const HzBackend& b) {
    return b.name && b.create && b.destroy && b.allocate && b.release && b.upload && b.download &&
           b.supports && b.conv_layout && b.reorder && b.matmul && b.conv_forward && b.conv_backward_data &&
           b.conv_backward_weights && b.pool_forward && b.pool_backward && b.group_norm_forward &&
           b.group_norm_backward && b.layer_norm_forward && b.layer_norm_backward && b.softmax_forward &&
           b.softmax_backward && b.attention_forward && b.attention_backward && b.unary_forward &&
           b.unary_backward && b.binary && b.dropout && b.reduce && b.gather_forward && b.gather_backward &&
           b.strided_copy && b.loss_forward && b.loss_backward && b.adamw && b.axpby && b.probe &&
           b.last_error;
}

}  // namespace

Status check_backend(const HzBackend* backend) {
    if (backend == nullptr) return fail(ErrorCode::kIntegrity, "the backend gives no table");
    if (backend->abi_version != HZ_BACKEND_ABI_VERSION) {
        return fail(ErrorCode::kIntegrity, "the backend is built for ABI " +
                                               std::to_string(backend->abi_version) + ", this program for " +
                                               std::to_string(HZ_BACKEND_ABI_VERSION));
    }
    if (backend->struct_size < sizeof(HzBackend)) {
        return fail(ErrorCode::kIntegrity, "the backend's table has " + std::to_string(backend->struct_size) +
                                               " bytes, at least " + std::to_string(sizeof(HzBackend)) +
                                               " are needed");
    }
    if (!complete(*backend)) return fail(ErrorCode::kIntegrity, "the backend's table lacks a function");
    return {};
}

Result<const HzBackend*> load_backend_plugin(const std::filesystem::path& path) {
    if (!path.is_absolute()) {
        return fail(ErrorCode::kInvalidArgument, "a backend plugin is named by its absolute path");
    }
    Registry& known = registry();
    const std::lock_guard lock(known.mutex);
    if (const auto found = known.tables.find(path); found != known.tables.end()) return found->second;

    std::error_code ignored;
    if (!std::filesystem::is_regular_file(path, ignored)) {
        return fail(ErrorCode::kNotFound, path.string() + ": no such backend plugin");
    }
    if (!trusted(path)) {
        return fail(ErrorCode::kPermissionDenied,
                    path.string() +
                        ": it and its folder must belong to root or to this user, and be writable by "
                        "no one else");
    }
    void* handle = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    if (handle == nullptr) {
        const char* why = dlerror();
        return fail(ErrorCode::kUnavailable,
                    path.string() + ": " + (why != nullptr ? why : "cannot be loaded"));
    }
    const auto entry = reinterpret_cast<HzBackendEntry>(dlsym(handle, HZ_BACKEND_ENTRY_NAME));
    if (entry == nullptr) {
        return fail(ErrorCode::kIntegrity, path.string() + ": exports no " HZ_BACKEND_ENTRY_NAME);
    }
    const HzBackend* table = entry();
    if (Status fits = check_backend(table); !fits) return fail(fits.error().within(path.string()));
    known.tables.emplace(path, table);
    return table;
}

}  // namespace huizhen::engine
