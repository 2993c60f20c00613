#include "transfers.h"

#include <condition_variable>

#include <huizhen/base/logging.h>
#include <huizhen/rpc/backoff.h>
#include <huizhen/rpc/refusal.h>

namespace huizhen::site {
namespace {

// False once `stop` was asked for.
bool wait(const std::stop_token& stop, std::chrono::milliseconds patience) {
    std::mutex mutex;
    std::condition_variable_any nothing;
    std::unique_lock lock(mutex);
    return !nothing.wait_for(lock, stop, patience, [&] { return stop.stop_requested(); });
}

}  // namespace

bool is_for_good(const Error& refused) {
    using rpc::Refusal;
    constexpr std::array kForGood = {
        Refusal::kNotAllowed, Refusal::kNotExpected, Refusal::kWrongDigest,       Refusal::kTooLarge,
        Refusal::kMalformed,  Refusal::kWrongRole,   Refusal::kUnsupportedVersion};
    // Not found: here or there, an object that was named is not.
    return refused.code() == ErrorCode::kNotFound ||
           std::ranges::any_of(kForGood, [&](Refusal refusal) { return rpc::is_refusal(refused, refusal); });
}

Transfers::~Transfers() { ending_.request_stop(); }

Status Transfers::start(std::stop_token stop, std::function<Status(const std::stop_token&)> attempt,
                        Done done) {
    return executor_.submit([this, ending = ending_.get_token(), stop = std::move(stop),
                             attempt = std::move(attempt), done = std::move(done)] {
        // Either ends it.
        std::stop_source either;
        const std::stop_callback first(ending, [&] { either.request_stop(); });
        const std::stop_callback second(stop, [&] { either.request_stop(); });
        const std::stop_token token = either.get_token();
        rpc::Backoff backoff(kFirstRetry, kLongestRetry, random_);
        while (!token.stop_requested()) {
            const Status moved = attempt(token);
            if (token.stop_requested()) return;
            if (moved || is_for_good(moved.error())) return done(moved);
            const auto patience = backoff.wait();
            log::warning("transfer-waits", {{"why", moved.error().message()},
                                            {"again_in_ms", std::to_string(patience.count())}});
            if (!wait(token, patience)) return;
        }
    });
}

Status Transfers::fetch(const rounds::RoundName& round, const rounds::ObjectRef& object, std::stop_token stop,
                        Done done) {
    return start(
        std::move(stop),
        [this, round, object](const std::stop_token& token) {
            return link_.fetch(
                object.digest, objects_,
                [&](std::uint64_t so_far, std::uint64_t total) {
                    watch_.moved(round, "fetching", so_far, total, true);
                },
                token);
        },
        std::move(done));
}

Status Transfers::put(const rounds::RoundName& round, const rounds::ObjectRef& object, std::stop_token stop,
                      Done done) {
    return start(
        std::move(stop),
        [this, round, object](const std::stop_token& token) -> Status {
            HZ_ASSIGN(const auto source, objects_.open(object.digest));
            return link_.put(
                object.digest, *source,
                [&](std::uint64_t so_far, std::uint64_t total) {
                    watch_.moved(round, "sending the update", so_far, total, true);
                },
                token);
        },
        std::move(done));
}

Status Transfers::call(std::function<void(const std::stop_token&)> what) {
    return executor_.submit([token = ending_.get_token(), what = std::move(what)] {
        if (!token.stop_requested()) what(token);
    });
}

}  // namespace huizhen::site
