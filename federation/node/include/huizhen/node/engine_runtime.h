#pragma once

// The engine as this program uses it: the backend chosen for this machine (backend_choice.h).

#include <huizhen/base/executor.h>
#include <huizhen/node/backend_choice.h>
#include <huizhen/tensor/context.h>

namespace huizhen::node {

class EngineRuntime {
  public:
    // `threads` 0: one per processor. What HUIZHEN_BACKEND says has passed wished_backend() before.
    explicit EngineRuntime(std::size_t threads = 0);

    engine::Context& context() { return context_; }
    Executor& executor() { return executor_; }
    const BackendChoice& backend() const { return choice_; }

  private:
    Executor executor_;
    BackendChoice choice_;
    engine::Context context_;
};

}  // namespace huizhen::node
