#pragma once

#include <huizhen/jobs/queue.h>
#include <huizhen/jobs/views.h>
#include <huizhen/storage_test/counting_random.h>
#include <huizhen/test_support/data.h>

namespace huizhen::jobs {

using storage_test::CountingRandom;

inline constexpr std::string_view kDiagnose = "diagnose", kSend = "send";

class QueueTest : public ::testing::Test {
  protected:
    Added add(const std::string& key, Priority priority = Priority::kRoutine, Bytes payload = {1},
              Time not_before = {}, std::string_view kind = kDiagnose) {
        auto transaction = db->begin().value();
        const Added added =
            queue->add(transaction, {std::string(kind), key, priority, std::move(payload), not_before})
                .value();
        EXPECT_TRUE(transaction.commit());
        return added;
    }
    std::optional<Job> take(std::initializer_list<std::string_view> kinds = {kDiagnose, kSend}) {
        auto transaction = db->begin().value();
        auto job = queue->take(transaction, std::span(kinds.begin(), kinds.size())).value();
        EXPECT_TRUE(transaction.commit());
        return job;
    }
    std::string taken_key() {
        const auto job = take();
        return job ? job->key : "nothing";
    }
    Result<State> finish(const Job& job) {
        HZ_ASSIGN(auto transaction, db->begin());
        HZ_ASSIGN(const State state, queue->finish(transaction, job));
        HZ_TRY(transaction.commit());
        return state;
    }
    Result<State> fail_it(const Job& job, Retry retry = Retry::kLater) {
        HZ_ASSIGN(auto transaction, db->begin());
        HZ_ASSIGN(const State state, queue->fail_job(transaction, job, "no-model: none is installed", retry));
        HZ_TRY(transaction.commit());
        return state;
    }
    Status finish_stage(const Job& job, std::string_view stage, const Bytes& result = {}) {
        HZ_ASSIGN(auto transaction, db->begin());
        HZ_TRY(queue->finish_stage(transaction, job, stage, result));
        return transaction.commit();
    }
    template <typename Change>
    Status change(Change what) {
        HZ_ASSIGN(auto transaction, db->begin());
        HZ_TRY(what(transaction));
        return transaction.commit();
    }
    View view(const std::string& key, std::string_view kind = kDiagnose) {
        return find(*db, kind, key).value().value();
    }
    // As a new process does.
    void restart() { queue.emplace(Queue::open(*db, clock, random, policy).value()); }

    testing::TemporaryFolder folder;
    std::unique_ptr<database::Connection> db =
        database::Connection::open(folder.path() / "x.db", database::Access::kWrite).value();
    ManualClock clock;
    CountingRandom random;
    Policy policy{.max_failures = 3, .max_deaths = 4};
    std::optional<Queue> queue = Queue::open(*db, clock, random, policy).value();
};

}  // namespace huizhen::jobs
