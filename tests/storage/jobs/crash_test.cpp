// kill -9 at random moments: every job that was acknowledged ends done, and no finished stage is done twice.

#include <chrono>
#include <random>
#include <thread>

#include <unistd.h>

#include <huizhen/storage_test/child.h>

#include "queue_fixture.h"

namespace huizhen::jobs {
namespace {

constexpr std::string_view kStages[] = {"volume", "infer", "send"};

// What a stage does to the world, in the transaction that says it is finished: counted, so that a second time
// shows.
Status do_stage(database::Connection& db, Queue& queue, const Job& job, std::string_view stage) {
    HZ_ASSIGN(const auto before, queue.stage(job, stage));
    if (before) return {};
    HZ_ASSIGN(auto transaction, db.begin());
    HZ_TRY(db.run("INSERT INTO effects VALUES (?1, ?2)", {job.key, stage}));
    HZ_TRY(queue.finish_stage(transaction, job, stage));
    return transaction.commit();
}

// Adds a job and works on one, in turns, for ever; tells of each job that was added.
Status work_for_ever(const std::filesystem::path& path, std::int64_t first, int told) {
    HZ_ASSIGN(const auto db, database::Connection::open(path, database::Access::kWrite));
    HZ_TRY(db->script("CREATE TABLE IF NOT EXISTS effects (key TEXT, stage TEXT)"));
    HZ_ASSIGN(Queue queue, Queue::open(*db, system_clock(), system_random(), {.max_deaths = 1000}));
    for (std::int64_t number = first;; ++number) {
        {
            HZ_ASSIGN(auto transaction, db->begin());
            HZ_TRY(queue.add(transaction, {"diagnose", std::to_string(number), Priority::kRoutine, {}, {}}));
            HZ_TRY(transaction.commit());
        }
        if (::write(told, &number, sizeof number) != sizeof number) return {};
        std::optional<Job> job;
        {
            HZ_ASSIGN(auto transaction, db->begin());
            HZ_ASSIGN(job, queue.take(transaction, std::span(&kDiagnose, 1)));
            HZ_TRY(transaction.commit());
        }
        if (!job) continue;
        for (const std::string_view stage : kStages) HZ_TRY(do_stage(*db, queue, *job, stage));
        HZ_ASSIGN(auto transaction, db->begin());
        HZ_TRY(queue.finish(transaction, *job));
        HZ_TRY(transaction.commit());
    }
}

TEST(JobsCrash, no_job_is_lost_and_no_stage_done_twice_by_a_kill_at_any_moment) {
    const testing::TemporaryFolder folder;
    const auto path = folder.path() / "x.db";
    std::mt19937 random(23);
    std::vector<std::int64_t> acknowledged;
    for (std::int64_t round = 0; round < 60; ++round) {
        int ends[2];
        ASSERT_EQ(::pipe(ends), 0);
        const pid_t child = storage_test::start_child([&] {
            const Status ended = work_for_ever(path, round * 100'000, ends[1]);
            if (!ended) std::fprintf(stderr, "%s\n", ended.error().message().c_str());
            return 1;
        });
        ::close(ends[1]);
        // Not to wait for something, but to be at a random place of the child's work.
        std::this_thread::sleep_for(std::chrono::microseconds(random() % 50'000));
        EXPECT_TRUE(storage_test::kill_child(child));
        std::int64_t number = 0;
        while (::read(ends[0], &number, sizeof number) == sizeof number) acknowledged.push_back(number);
        ::close(ends[0]);
    }
    ASSERT_GT(acknowledged.size(), 20u);

    const auto db = database::Connection::open(path, database::Access::kWrite).value();
    ManualClock clock;
    clock.advance(system_clock().now().time_since_epoch() + std::chrono::hours(2));
    Queue queue = Queue::open(*db, clock, system_random(), {.max_deaths = 1000}).value();
    while (true) {
        clock.advance(std::chrono::hours(2));
        auto transaction = db->begin().value();
        const auto job = queue.take(transaction, std::span(&kDiagnose, 1)).value();
        ASSERT_TRUE(transaction.commit());
        if (!job) break;
        for (const std::string_view stage : kStages) ASSERT_TRUE(do_stage(*db, queue, *job, stage));
        auto last = db->begin().value();
        ASSERT_EQ(queue.finish(last, *job).value(), State::kDone);
        ASSERT_TRUE(last.commit());
    }
    for (const std::int64_t number : acknowledged) {
        const auto view = find(*db, kDiagnose, std::to_string(number)).value();
        ASSERT_TRUE(view) << number;
        EXPECT_EQ(view->state, State::kDone) << number;
    }
    const Counts counts = count(*db).value();
    EXPECT_EQ(counts.of(State::kDone), db->value<std::int64_t>("SELECT count(*) FROM jobs").value());
    EXPECT_EQ(
        db->value<std::int64_t>("SELECT count(*) FROM (SELECT DISTINCT key, stage FROM effects)").value(),
        db->value<std::int64_t>("SELECT count(*) FROM effects").value());
    EXPECT_EQ(db->value<std::int64_t>("SELECT count(*) FROM effects").value(), 3 * counts.of(State::kDone));
    EXPECT_TRUE(db->check_integrity());
}

}  // namespace
}  // namespace huizhen::jobs
