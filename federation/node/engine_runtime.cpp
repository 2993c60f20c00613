#include <huizhen/backend_cpu/backend.h>
#include <huizhen/backend_reference/backend.h>
#include <huizhen/node/engine_runtime.h>

namespace huizhen::node {

EngineRuntime::EngineRuntime(std::size_t threads)
    : executor_(threads), context_(executor_, {engine::cpu_backend(), engine::reference_backend()}) {}

}  // namespace huizhen::node
