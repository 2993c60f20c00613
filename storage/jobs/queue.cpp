#include <huizhen/base/check.h>
#include <huizhen/database/columns.h>
#include <huizhen/jobs/queue.h>

#include "schema.h"

namespace huizhen::jobs {

using database::from_us;
using database::get_as;
using database::number_of;
using database::Rows;
using database::to_us;
using database::Transaction;

struct Queue::Row {
    JobId id;
    Priority priority{};
    State state{};
    std::int64_t generation = 0, lease = 0, failures = 0, deaths = 0;
    Bytes payload;
};

namespace {

bool is_open(State state) {
    return state == State::kWaiting || state == State::kDelayed || state == State::kRunning;
}

// At most so many bytes, and no half a character at the end.
std::string_view cut(std::string_view text, std::size_t bytes) {
    if (text.size() <= bytes) return text;
    while (bytes > 0 && (static_cast<unsigned char>(text[bytes]) & 0xC0) == 0x80) --bytes;
    return text.substr(0, bytes);
}

tl::unexpected<Error> not_wanted(const Job& job) {
    return fail(ErrorCode::kCancelled,
                "job-not-wanted: " + job.kind + " " + job.key + " was cancelled, or its inputs changed");
}

}  // namespace

Result<Queue> Queue::open(database::Connection& connection, const Clock& clock, RandomSource& random,
                          const Policy& policy) {
    HZ_TRY(database::migrate(connection, kComponent, schema(), clock));
    Queue queue(connection, clock, random, policy);
    HZ_TRY(queue.resume_what_died());
    return queue;
}

std::int64_t Queue::now_us() const { return to_us(clock_->now()); }

// The first death costs nothing: power fails and programs are updated. From the second on the job steps back,
// so that one that takes the process down with it does not hold up the others.
Status Queue::resume_what_died() {
    HZ_ASSIGN(Transaction transaction, connection_->begin());
    std::vector<std::pair<JobId, std::int64_t>> died;
    HZ_ASSIGN(Rows rows, connection_->query("SELECT id, deaths FROM jobs WHERE state = 2"));
    while (true) {
        HZ_ASSIGN(const bool more, rows.next());
        if (!more) break;
        HZ_ASSIGN(const std::int64_t id, rows.get<std::int64_t>(0));
        HZ_ASSIGN(const std::int64_t deaths, rows.get<std::int64_t>(1));
        died.emplace_back(JobId{id}, deaths + 1);
    }
    for (const auto& [id, deaths] : died) {
        HZ_TRY(connection_->run("UPDATE jobs SET deaths = ?2 WHERE id = ?1", {id.value, deaths}));
        if (deaths >= policy_.max_deaths) {
            HZ_TRY(move(id, State::kQuarantined, clock_->now(),
                        "died-with-the-process: " + std::to_string(deaths) + " times"));
        } else if (deaths > 1) {
            const auto delay = delay_after(static_cast<int>(deaths) - 1, policy_, *random_);
            HZ_TRY(move(id, State::kDelayed, clock_->now() + delay, "died-with-the-process"));
        } else {
            HZ_TRY(move(id, State::kWaiting, clock_->now(), "died-with-the-process"));
        }
    }
    return transaction.commit();
}

Status Queue::move(JobId id, State state, Time not_before, std::string_view reason) {
    return connection_->run(
        "UPDATE jobs SET state = ?2, not_before_us = ?3, reason = ?4, changed_us = ?5 WHERE id = ?1",
        {id.value, number_of(state), to_us(not_before), cut(reason, kMaxReasonBytes), now_us()});
}

Result<std::optional<Queue::Row>> Queue::find(std::string_view kind, std::string_view key) {
    HZ_ASSIGN(Rows rows,
              connection_->query("SELECT id, priority, state, generation, lease, failures, deaths, payload "
                                 "FROM jobs WHERE kind = ?1 AND key = ?2",
                                 {kind, key}));
    HZ_ASSIGN(const bool found, rows.next());
    if (!found) return std::optional<Row>();
    Row row;
    HZ_ASSIGN(row.id.value, rows.get<std::int64_t>(0));
    HZ_ASSIGN(row.priority, get_as<Priority>(rows, 1));
    HZ_ASSIGN(row.state, get_as<State>(rows, 2));
    HZ_ASSIGN(row.generation, rows.get<std::int64_t>(3));
    HZ_ASSIGN(row.lease, rows.get<std::int64_t>(4));
    HZ_ASSIGN(row.failures, rows.get<std::int64_t>(5));
    HZ_ASSIGN(row.deaths, rows.get<std::int64_t>(6));
    HZ_ASSIGN(row.payload, rows.get<database::Blob>(7));
    return std::optional<Row>(std::move(row));
}

Result<Added> Queue::add(const Transaction& transaction, const NewJob& job) {
    HZ_CHECK(&transaction.connection() == connection_, "a transaction of the queue's connection");
    HZ_CHECK(!job.kind.empty() && !job.key.empty(), "a job has a kind and a key");
    if (job.kind.size() > kMaxNameBytes || job.key.size() > kMaxNameBytes ||
        job.payload.size() > kMaxPayloadBytes) {
        return fail(ErrorCode::kLimitExceeded, "job-too-big: a name or payload is over its limit");
    }
    HZ_ASSIGN(const auto row, find(job.kind, job.key));
    if (!row) return insert(job);
    if (job.priority > row->priority) {
        HZ_TRY(connection_->run("UPDATE jobs SET priority = ?2 WHERE id = ?1",
                                {row->id.value, static_cast<std::int64_t>(job.priority)}));
    }
    if (row->payload == job.payload) return Added::kAlready;
    return rearm(*row, job);
}

Result<Added> Queue::insert(const NewJob& job) {
    HZ_ASSIGN(const auto open,
              connection_->value<std::int64_t>("SELECT count(*) FROM jobs WHERE state IN (0, 1, 2)"));
    if (*open >= policy_.max_open) {
        return fail(ErrorCode::kLimitExceeded, "queue-full: " + std::to_string(*open) + " jobs are open");
    }
    const std::int64_t now = now_us(), due = std::max(now, to_us(job.not_before));
    HZ_TRY(connection_->run(
        "INSERT INTO jobs (kind, key, priority, state, generation, lease, payload, queued_us, "
        "not_before_us, changed_us, failures, deaths, reason) "
        "VALUES (?1, ?2, ?3, ?4, 1, 0, ?5, ?6, ?7, ?6, 0, 0, '')",
        {job.kind, job.key, static_cast<std::int64_t>(job.priority),
         number_of(due > now ? State::kDelayed : State::kWaiting), job.payload, now, due}));
    return Added::kNew;
}

Result<Added> Queue::rearm(const Row& row, const NewJob& job) {
    const std::int64_t now = now_us(), due = std::max(now, to_us(job.not_before));
    // What runs is not interrupted: finish() and fail_job() see the other generation.
    const State state = row.state == State::kRunning ? State::kRunning
                        : due > now                  ? State::kDelayed
                                                     : State::kWaiting;
    HZ_TRY(connection_->run("DELETE FROM job_stages WHERE job = ?1", {row.id.value}));
    // Who waits already keeps the place.
    HZ_TRY(connection_->run(
        "UPDATE jobs SET generation = generation + 1, payload = ?2, state = ?3, not_before_us = ?4, "
        "queued_us = CASE WHEN ?5 THEN queued_us ELSE ?6 END, changed_us = ?6, failures = 0, deaths = 0, "
        "reason = '' WHERE id = ?1",
        {row.id.value, job.payload, number_of(state), due, std::int64_t{is_open(row.state)}, now}));
    return Added::kRearmed;
}

Status Queue::wake_due() {
    return connection_->run("UPDATE jobs SET state = 0 WHERE state = 1 AND not_before_us <= ?1", {now_us()});
}

Result<std::optional<Job>> Queue::take(const Transaction& transaction,
                                       std::span<const std::string_view> kinds) {
    HZ_CHECK(&transaction.connection() == connection_, "a transaction of the queue's connection");
    HZ_TRY(wake_due());
    std::optional<Job> best;
    std::int64_t best_queued = 0;
    for (const std::string_view kind : kinds) {
        HZ_ASSIGN(
            Rows rows,
            connection_->query("SELECT id, key, priority, payload, generation, lease, queued_us FROM jobs "
                               "WHERE state = 0 AND kind = ?1 ORDER BY priority DESC, queued_us, id LIMIT 1",
                               {kind}));
        HZ_ASSIGN(const bool found, rows.next());
        if (!found) continue;
        Job job;
        job.kind = kind;
        HZ_ASSIGN(job.id.value, rows.get<std::int64_t>(0));
        HZ_ASSIGN(job.key, rows.get<std::string>(1));
        HZ_ASSIGN(job.priority, get_as<Priority>(rows, 2));
        HZ_ASSIGN(job.payload, rows.get<database::Blob>(3));
        HZ_ASSIGN(job.generation, rows.get<std::int64_t>(4));
        HZ_ASSIGN(job.lease, rows.get<std::int64_t>(5));
        HZ_ASSIGN(const std::int64_t queued, rows.get<std::int64_t>(6));
        if (best && std::tuple(-static_cast<int>(best->priority), best_queued, best->id) <=
                        std::tuple(-static_cast<int>(job.priority), queued, job.id)) {
            continue;
        }
        best = std::move(job);
        best_queued = queued;
    }
    if (best) {
        ++best->lease;
        HZ_TRY(connection_->run("UPDATE jobs SET state = 2, lease = ?2, changed_us = ?3 WHERE id = ?1",
                                {best->id.value, best->lease, now_us()}));
    }
    return best;
}

// kCancelled where nobody waits for this worker any more; its generation may be an old one.
Result<Queue::Row> Queue::running(const Job& job) {
    HZ_ASSIGN(auto row, find(job.kind, job.key));
    if (!row || row->id != job.id || row->state != State::kRunning || row->lease != job.lease) {
        return not_wanted(job);
    }
    return std::move(*row);
}

Status Queue::still_wanted(const Job& job) {
    HZ_ASSIGN(const Row row, running(job));
    if (row.generation != job.generation) return not_wanted(job);
    return {};
}

Result<std::optional<Bytes>> Queue::stage(const Job& job, std::string_view stage) {
    return connection_->value<database::Blob>(
        "SELECT result FROM job_stages WHERE job = ?1 AND stage = ?2 AND generation = ?3",
        {job.id.value, stage, job.generation});
}

Status Queue::finish_stage(const Transaction& transaction, const Job& job, std::string_view stage,
                           const Bytes& result) {
    HZ_CHECK(&transaction.connection() == connection_, "a transaction of the queue's connection");
    if (stage.size() > kMaxNameBytes || result.size() > kMaxPayloadBytes) {
        return fail(ErrorCode::kLimitExceeded, "job-too-big: a stage's name or result is over its limit");
    }
    HZ_TRY(still_wanted(job));
    HZ_TRY(connection_->run(
        "INSERT INTO job_stages SELECT ?1, coalesce(max(number), 0) + 1, ?2, ?3, ?4 FROM job_stages "
        "WHERE job = ?1",
        {job.id.value, job.generation, stage, result}));
    return connection_->run("UPDATE jobs SET failures = 0, deaths = 0, changed_us = ?2 WHERE id = ?1",
                            {job.id.value, now_us()});
}

Result<State> Queue::finish(const Transaction& transaction, const Job& job) {
    HZ_CHECK(&transaction.connection() == connection_, "a transaction of the queue's connection");
    HZ_ASSIGN(const Row row, running(job));
    const State next = row.generation == job.generation ? State::kDone : State::kWaiting;
    HZ_TRY(move(job.id, next, clock_->now(), ""));
    progress_.erase(job.id);
    return next;
}

Result<State> Queue::fail_job(const Transaction& transaction, const Job& job, std::string_view reason,
                              Retry retry) {
    HZ_CHECK(&transaction.connection() == connection_, "a transaction of the queue's connection");
    HZ_ASSIGN(const Row row, running(job));
    progress_.erase(job.id);
    if (row.generation != job.generation) {
        HZ_TRY(move(job.id, State::kWaiting, clock_->now(), ""));
        return State::kWaiting;
    }
    const std::int64_t failures = row.failures + 1;
    HZ_TRY(connection_->run("UPDATE jobs SET failures = ?2 WHERE id = ?1", {job.id.value, failures}));
    if (retry == Retry::kNever || failures >= policy_.max_failures) {
        HZ_TRY(move(job.id, State::kQuarantined, clock_->now(), reason));
        return State::kQuarantined;
    }
    const auto delay = delay_after(static_cast<int>(failures), policy_, *random_);
    HZ_TRY(move(job.id, State::kDelayed, clock_->now() + delay, reason));
    return State::kDelayed;
}

Status Queue::requeue(const Transaction& transaction, JobId id) {
    HZ_CHECK(&transaction.connection() == connection_, "a transaction of the queue's connection");
    HZ_ASSIGN(const auto state,
              connection_->value<std::int64_t>("SELECT state FROM jobs WHERE id = ?1", {id.value}));
    if (!state) return fail(ErrorCode::kNotFound, "no-such-job: " + std::to_string(id.value));
    const auto now = static_cast<State>(*state);
    if (now == State::kWaiting || now == State::kRunning) return {};
    // What ended keeps none of its stages: asked for again, it is done again. What failed goes on.
    if (now == State::kDone) HZ_TRY(connection_->run("DELETE FROM job_stages WHERE job = ?1", {id.value}));
    HZ_TRY(connection_->run("UPDATE jobs SET failures = 0, deaths = 0, queued_us = ?2 WHERE id = ?1",
                            {id.value, now_us()}));
    return move(id, State::kWaiting, clock_->now(), "");
}

Status Queue::cancel(const Transaction& transaction, JobId id) {
    HZ_CHECK(&transaction.connection() == connection_, "a transaction of the queue's connection");
    HZ_ASSIGN(const auto state,
              connection_->value<std::int64_t>("SELECT state FROM jobs WHERE id = ?1", {id.value}));
    if (!state) return fail(ErrorCode::kNotFound, "no-such-job: " + std::to_string(id.value));
    if (static_cast<State>(*state) == State::kDone) return {};
    progress_.erase(id);
    return move(id, State::kCancelled, clock_->now(), "cancelled by a person");
}

Result<std::int64_t> Queue::forget(const Transaction& transaction, Time until) {
    HZ_CHECK(&transaction.connection() == connection_, "a transaction of the queue's connection");
    HZ_TRY(connection_->run("DELETE FROM jobs WHERE state IN (3, 5) AND changed_us < ?1", {to_us(until)}));
    return connection_->rows_changed();
}

Result<std::optional<Time>> Queue::next_due() {
    HZ_ASSIGN(const auto due, connection_->value<std::optional<std::int64_t>>(
                                  "SELECT min(not_before_us) FROM jobs WHERE state = 1"));
    if (!due || !*due) return std::optional<Time>();
    return std::optional<Time>(from_us(**due));
}

void Queue::report(JobId id, std::string_view what, double fraction) {
    progress_[id] = {std::string(what), fraction};
}

std::optional<Queue::Progress> Queue::progress(JobId id) const {
    const auto found = progress_.find(id);
    if (found == progress_.end()) return std::nullopt;
    return found->second;
}

}  // namespace huizhen::jobs
