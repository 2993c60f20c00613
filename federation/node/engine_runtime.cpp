#include <huizhen/base/check.h>
#include <huizhen/node/engine_runtime.h>

namespace huizhen::node {
namespace {

BackendWish wish() {
    const auto wished = wished_backend();
    HZ_CHECK(wished.has_value(), wished.error().message());
    return *wished;
}

}  // namespace

EngineRuntime::EngineRuntime(std::size_t threads)
    : executor_(threads),
      choice_(choose_backend(wish(), plugin_folders(), executor_)),
      context_(executor_, choice_.backends) {}

}  // namespace huizhen::node
