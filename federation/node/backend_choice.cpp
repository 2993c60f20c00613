#include <array>
#include <cstdlib>
#include <optional>

#include <huizhen/backend_cpu/backend.h>
#include <huizhen/backend_reference/backend.h>
#include <huizhen/base/logging.h>
#include <huizhen/node/backend_choice.h>
#include <huizhen/tensor/plugin.h>
#include <huizhen/tensor/self_check.h>

namespace huizhen::node {
namespace {

namespace fs = std::filesystem;

constexpr const char* kCudaPlugin = "libhuizhen_cuda.so";

std::string probed(const HzBackend& backend) {
    std::array<char, 256> text{};
    static_cast<void>(backend.probe(text.data(), text.size()));
    return text.data();
}

// Opening the plugin costs a tenth of a second, for nothing on most machines.
bool has_nvidia_driver() {
    std::error_code ignored;
    return fs::exists("/dev/nvidiactl", ignored) || fs::exists("/dev/dxg", ignored);  // dxg: under WSL
}

Result<fs::path> find_plugin(const std::vector<fs::path>& folders) {
    std::string searched;
    for (const fs::path& folder : folders) {
        std::error_code ignored;
        if (fs::is_regular_file(folder / kCudaPlugin, ignored)) return folder / kCudaPlugin;
        searched += (searched.empty() ? "" : ", ") + folder.string();
    }
    return fail(ErrorCode::kNotFound, std::string(kCudaPlugin) + " is not installed; looked in " + searched);
}

Result<const HzBackend*> usable_cuda(const std::vector<fs::path>& folders, Executor& executor) {
    HZ_ASSIGN(const fs::path plugin, find_plugin(folders));
    HZ_ASSIGN(const HzBackend* const backend, engine::load_backend_plugin(plugin));
    std::array<char, 256> text{};
    if (backend->probe(text.data(), text.size()) != HZ_OK) return fail(ErrorCode::kUnavailable, text.data());
    HZ_TRY(engine::self_check(executor, *backend, *engine::reference_backend()));
    return backend;
}

BackendChoice on_host(BackendWish wish, std::string why_not_cuda) {
    BackendChoice choice;
    if (wish != BackendWish::kReference) choice.backends.push_back(engine::cpu_backend());
    choice.backends.push_back(engine::reference_backend());
    choice.runs_on = probed(*choice.backends.front());
    choice.why_not_cuda = std::move(why_not_cuda);
    return choice;
}

}  // namespace

Result<BackendWish> wished_backend() {
    const char* named = std::getenv("HUIZHEN_BACKEND");
    const std::string wish = named != nullptr ? named : "";
    if (wish.empty()) return BackendWish::kAutomatic;
    if (wish == "reference") return BackendWish::kReference;
    if (wish == "cpu") return BackendWish::kCpu;
    if (wish == "cuda") return BackendWish::kCuda;
    return fail(ErrorCode::kInvalidArgument,
                "HUIZHEN_BACKEND is '" + wish +
                    "'; it may be reference, cpu or cuda, or unset to take the best of this machine");
}

std::vector<fs::path> plugin_folders() {
    std::vector<fs::path> folders;
    // Not from the environment of a person with fewer rights than the program.
    const char* named = ::secure_getenv("HUIZHEN_PLUGIN_PATH");
    std::string rest = named != nullptr ? named : "";
    while (!rest.empty()) {
        const std::size_t colon = rest.find(':');
        const fs::path folder = rest.substr(0, colon);
        rest = colon == std::string::npos ? "" : rest.substr(colon + 1);
        if (folder.is_absolute()) {
            folders.push_back(folder);
        } else if (!folder.empty()) {
            log::warning("plugin-folder-ignored", {{"folder", folder.string()}, {"why", "not absolute"}});
        }
    }
    std::error_code unknown;
    const fs::path program = fs::read_symlink("/proc/self/exe", unknown);
    if (!unknown) {
        folders.push_back(program.parent_path());
        folders.push_back(program.parent_path().parent_path() / "lib" / "huizhen");
    }
    return folders;
}

BackendChoice choose_backend(BackendWish wish, const std::vector<fs::path>& folders, Executor& executor) {
    if (wish == BackendWish::kReference) return on_host(wish, "HUIZHEN_BACKEND=reference");
    if (wish == BackendWish::kCpu) return on_host(wish, "HUIZHEN_BACKEND=cpu");
    if (wish == BackendWish::kAutomatic && !has_nvidia_driver()) {
        return on_host(wish, "no NVIDIA driver on this machine");
    }
    const auto cuda = usable_cuda(folders, executor);
    if (cuda) return {{*cuda}, probed(**cuda), ""};
    const bool asked = wish == BackendWish::kCuda;
    log::write(
        asked || cuda.error().code() == ErrorCode::kIntegrity ? log::Level::kWarning : log::Level::kInfo,
        "cuda-not-used", {{"why", cuda.error().message()}});
    return on_host(wish, cuda.error().message());
}

}  // namespace huizhen::node
