#pragma once

// The engine as this program uses it: the best backend of this machine, the reference behind it.

#include <string>

#include <huizhen/base/executor.h>
#include <huizhen/tensor/context.h>

namespace huizhen::node {

class EngineRuntime {
  public:
    // `threads` 0: one per processor.
    explicit EngineRuntime(std::size_t threads = 0);

    engine::Context& context() { return context_; }
    Executor& executor() { return executor_; }

  private:
    Executor executor_;
    engine::Context context_;
};

}  // namespace huizhen::node
