#pragma once

// A queue that survives its process: what was added is done or kept with the reason why not, and a stage that
// was finished is not done twice. On the database's writing connection, with its thread; changes take the
// caller's transaction, so that a job is there exactly when what it follows from is. After an error, drop the
// transaction.
//
// A process that opens the queue is the only one (the connection's lock says so): whatever was running then
// died with the one before, and waits again.

#include <array>
#include <map>
#include <optional>
#include <span>
#include <string_view>

#include <huizhen/base/clock.h>
#include <huizhen/database/connection.h>
#include <huizhen/jobs/back_off.h>
#include <huizhen/jobs/job.h>

namespace huizhen::jobs {

inline constexpr std::size_t kMaxNameBytes = 200, kMaxPayloadBytes = 64 << 10, kMaxReasonBytes = 1000;

enum class Added {
    kNew,
    kAlready,  // the same work is queued, running or over; its priority was raised where the new one is
               // higher
    kRearmed,  // other work than before: it starts anew, once what is running now has ended
};

// Whether trying again can help.
enum class Retry { kLater, kNever };

class Queue {
  public:
    // Connection, clock and random source outlive it.
    static Result<Queue> open(database::Connection& connection, const Clock& clock, RandomSource& random,
                              const Policy& policy = {});

    // kLimitExceeded: "queue-full", "job-too-big".
    Result<Added> add(const database::Transaction& transaction, const NewJob& job);

    // The next job of these kinds: the highest priority first, then the longest waiting.
    Result<std::optional<Job>> take(const database::Transaction& transaction,
                                    std::span<const std::string_view> kinds);

    // kCancelled, "job-not-wanted": a person cancelled it, or its payload is another one by now; stop.
    Status still_wanted(const Job& job);

    // The result of a stage that was finished for this payload, before or after a crash.
    Result<std::optional<Bytes>> stage(const Job& job, std::string_view stage);
    // Its result is kept and its failures are forgiven. kCancelled as still_wanted.
    Status finish_stage(const database::Transaction& transaction, const Job& job, std::string_view stage,
                        const Bytes& result = {});

    // Done, or waiting again where its payload changed meanwhile. kCancelled: a person cancelled it.
    Result<State> finish(const database::Transaction& transaction, const Job& job);
    // Where it is now: delayed, quarantined, or waiting where its payload changed meanwhile.
    Result<State> fail_job(const database::Transaction& transaction, const Job& job, std::string_view reason,
                           Retry retry);

    // A person's word. Requeue: whatever is not running or waiting, its finished stages kept. kNotFound.
    Status requeue(const database::Transaction& transaction, JobId id);
    Status cancel(const database::Transaction& transaction, JobId id);

    // Jobs that were done or cancelled before `until` leave the list. How many.
    Result<std::int64_t> forget(const database::Transaction& transaction, Time until);

    // When a delayed job becomes due next.
    Result<std::optional<Time>> next_due();

    // How far a running job is; kept in memory alone.
    void report(JobId id, std::string_view what, double fraction);
    struct Progress {
        std::string what;
        double fraction = 0;
    };
    std::optional<Progress> progress(JobId id) const;

  private:
    Queue(database::Connection& connection, const Clock& clock, RandomSource& random, const Policy& policy)
        : connection_(&connection), clock_(&clock), random_(&random), policy_(policy) {}

    struct Row;
    Result<std::optional<Row>> find(std::string_view kind, std::string_view key);
    Result<Row> running(const Job& job);
    Result<Added> insert(const NewJob& job);
    Result<Added> rearm(const Row& row, const NewJob& job);
    Status resume_what_died();
    Status move(JobId id, State state, Time not_before, std::string_view reason);
    Status wake_due();
    std::int64_t now_us() const;

    database::Connection* connection_;
    const Clock* clock_;
    RandomSource* random_;
    Policy policy_;
    std::map<JobId, Progress> progress_;
};

}  // namespace huizhen::jobs
