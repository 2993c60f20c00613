#include <new>

#include <huizhen/tensor/plugin.h>
#include <huizhen/tensor/shape.h>

#include "internal.h"

namespace huizhen::engine {
namespace {

constexpr std::size_t kReasonSize = 256;

void run_on_executor(void* context, std::size_t count, std::size_t min_per_task,
                     void (*body)(void*, std::size_t, std::size_t), void* argument) {
    static_cast<Executor*>(context)->parallel_for(
        count, min_per_task, [&](std::size_t begin, std::size_t end) { body(argument, begin, end); });
}

void note_fallback(Context::Impl& impl, HzOp op, const char* reason) {
    for (Context::Fallback& known : impl.fallbacks) {
        if (known.op == op && known.reason == reason) {
            ++known.count;
            return;
        }
    }
    constexpr std::size_t kMaxNoted = 64;
    if (impl.fallbacks.size() < kMaxNoted) impl.fallbacks.push_back({op, reason, 1});
}

void check_status(int status, const HzBackend& table, void* state, const std::string& what) {
    if (status == HZ_OK) return;
    if (status == HZ_OUT_OF_MEMORY) throw std::bad_alloc();
    const std::string words = table.last_error(state);
    HZ_CHECK(status == HZ_OK,
             std::string(table.name) + " backend, " + what + ": " + (words.empty() ? "failed" : words));
}

// "operation 2 on [1, 1, 8, 8, 8], [16, 1, 3, 3, 3]", for a failure.
std::string described(HzOp op, std::initializer_list<HzTensor> operands) {
    std::string text = "operation " + std::to_string(op) + " on";
    const char* separator = " ";
    for (const HzTensor& operand : operands) {
        const std::span<const std::int64_t> dims(operand.dims, static_cast<std::size_t>(operand.rank));
        text += separator + Shape(dims).to_string();
        separator = ", ";
    }
    return text;
}

}  // namespace

Context::Context(Executor& executor, std::initializer_list<const HzBackend*> backends)
    : Context(executor, std::span<const HzBackend* const>(backends.begin(), backends.size())) {}

Context::Context(Executor& executor, std::span<const HzBackend* const> backends)
    : impl_(std::make_unique<Impl>()) {
    HZ_CHECK(!backends.empty(), "a context has a backend");
    impl_->executor = &executor;
    impl_->parallel = {&executor, static_cast<std::int32_t>(executor.thread_count()), run_on_executor};
    for (const HzBackend* table : backends) {
        const Status fits = check_backend(table);
        HZ_CHECK(fits.has_value(), "a backend fits this ABI");
        HZ_CHECK(backends.size() == 1 || table->host_memory == 1, "backends of one context share memory");
        Impl::Entry entry{table, nullptr};
        check_status(table->create(&impl_->parallel, &entry.state), *table, nullptr, "start");
        impl_->backends.push_back(entry);
    }
}

Context::~Context() {
    for (const Impl::Entry& entry : impl_->backends) entry.table->destroy(entry.state);
}

std::string Context::backend_names() const {
    std::string names;
    for (const Impl::Entry& entry : impl_->backends) {
        if (!names.empty()) names += ", ";
        names += entry.table->name;
    }
    return names;
}

Executor& Context::executor() const { return *impl_->executor; }
bool Context::recording() const { return impl_->recording; }
std::vector<Context::Fallback> Context::fallbacks() const { return impl_->fallbacks; }

InferenceScope::InferenceScope(Context& context) : context_(context), before_(context.impl().recording) {
    context_.impl().recording = false;
}
InferenceScope::~InferenceScope() { context_.impl().recording = before_; }

Storage::Storage(Context& owner, std::size_t size)
    : context(&owner), bytes(size), version(owner.impl().next_version++) {
    const auto& primary = owner.impl().primary();
    check_status(primary.table->allocate(primary.state, bytes, &data), *primary.table, primary.state,
                 "memory");
}

Storage::~Storage() {
    const auto& primary = context->impl().primary();
    primary.table->release(primary.state, data, bytes);
}

bool primary_supports(Context& context, HzOp op, std::initializer_list<HzTensor> operands) {
    const auto& primary = context.impl().primary();
    char reason[kReasonSize] = "";
    return primary.table->supports(primary.state, op, operands.begin(),
                                   static_cast<std::int32_t>(operands.size()), reason, sizeof reason) != 0;
}

void run(Context& context, HzOp op, std::initializer_list<HzTensor> operands, const BackendCall& call) {
    Context::Impl& impl = context.impl();
    const bool canonical = std::ranges::all_of(
        operands, [](const HzTensor& operand) { return operand.layout == HZ_LAYOUT_CANONICAL; });
    for (std::size_t i = 0; i < impl.backends.size(); ++i) {
        if (i > 0 && !canonical) break;
        const Context::Impl::Entry& entry = impl.backends[i];
        char reason[kReasonSize] = "";
        if (entry.table->supports(entry.state, op, operands.begin(),
                                  static_cast<std::int32_t>(operands.size()), reason, sizeof reason) == 0) {
            if (i == 0) note_fallback(impl, op, reason);
            continue;
        }
        const int status = call(*entry.table, entry.state);
        if (status != HZ_OK) check_status(status, *entry.table, entry.state, described(op, operands));
        return;
    }
    HZ_CHECK(false, "some backend takes every operation");
}

}  // namespace huizhen::engine
