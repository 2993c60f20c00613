#pragma once

// Where tensors live and where operations run: an ordered list of backends and the host's threads.
//
// One thread at a time uses a context and the tensors made in it. Different contexts are independent and may
// run on different threads; they may share an Executor.

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <huizhen/base/executor.h>
#include <huizhen/tensor/backend_abi.h>

namespace huizhen::engine {

class Context {
  public:
    // `backends`: best first. Memory belongs to the first; an operation it declines goes to the next one
    // that takes it, so all must share its memory (host_memory). Usual: {cpu_backend(), reference_backend()}.
    // The tables and `executor` must outlive the context, the context its tensors.
    Context(Executor& executor, std::span<const HzBackend* const> backends);
    Context(Executor& executor, std::initializer_list<const HzBackend*> backends);
    ~Context();
    Context(const Context&) = delete;
    Context& operator=(const Context&) = delete;

    std::string backend_names() const;  // "cpu, reference"
    Executor& executor() const;

    // Whether operations are recorded for backward. Use InferenceScope.
    bool recording() const;

    // Why `op` did not run on the first backend, counted; for `status`, benchmarks and doubts.
    struct Fallback {
        std::int32_t op;
        std::string reason;
        std::uint64_t count;
    };
    std::vector<Fallback> fallbacks() const;

    struct Impl;
    Impl& impl() const { return *impl_; }

  private:
    friend class InferenceScope;
    std::unique_ptr<Impl> impl_;
};

// No tape while it lives: results want no gradient and intermediates are freed at once.
class InferenceScope {
  public:
    explicit InferenceScope(Context& context);
    ~InferenceScope();
    InferenceScope(const InferenceScope&) = delete;
    InferenceScope& operator=(const InferenceScope&) = delete;

  private:
    Context& context_;
    bool before_;
};

}  // namespace huizhen::engine
