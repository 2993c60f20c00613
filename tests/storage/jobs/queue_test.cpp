#include "queue_fixture.h"

namespace huizhen::jobs {
namespace {

using namespace std::chrono_literals;

TEST_F(QueueTest, gives_stat_first_then_the_longest_waiting) {
    add("old");
    clock.advance(1s);
    add("urgent", Priority::kUrgent);
    add("young");
    clock.advance(1s);
    add("stat", Priority::kStat);
    add("result", Priority::kStat, {1}, {}, kSend);
    EXPECT_EQ(taken_key(), "stat");
    EXPECT_EQ(taken_key(), "result");
    EXPECT_EQ(taken_key(), "urgent");
    EXPECT_EQ(taken_key(), "old");
    EXPECT_EQ(taken_key(), "young");
    EXPECT_EQ(taken_key(), "nothing");
}

TEST_F(QueueTest, gives_only_the_kinds_that_were_asked_for) {
    add("a");
    EXPECT_FALSE(take({kSend}));
    EXPECT_TRUE(take({kDiagnose}));
}

TEST_F(QueueTest, the_same_work_is_not_queued_twice) {
    EXPECT_EQ(add("a"), Added::kNew);
    EXPECT_EQ(add("a"), Added::kAlready);
    const Job job = take().value();
    EXPECT_EQ(add("a"), Added::kAlready);
    EXPECT_EQ(finish(job).value(), State::kDone);
    EXPECT_EQ(add("a"), Added::kAlready);
    EXPECT_EQ(taken_key(), "nothing");
    EXPECT_EQ(add("a", Priority::kRoutine, {1}, {}, kSend), Added::kNew) << "of another kind";
}

TEST_F(QueueTest, the_same_work_that_became_urgent_comes_sooner) {
    add("a");
    add("b");
    EXPECT_EQ(add("b", Priority::kStat), Added::kAlready);
    EXPECT_EQ(add("b", Priority::kRoutine), Added::kAlready) << "nothing becomes less urgent";
    EXPECT_EQ(taken_key(), "b");
}

TEST_F(QueueTest, other_inputs_arm_it_anew_and_forget_its_stages) {
    add("a");
    const Job job = take().value();
    ASSERT_TRUE(finish_stage(job, "infer", {7}));
    ASSERT_EQ(finish(job).value(), State::kDone);
    EXPECT_EQ(add("a", Priority::kRoutine, {2}), Added::kRearmed);
    const Job again = take().value();
    EXPECT_EQ(again.payload, Bytes{2});
    EXPECT_FALSE(queue->stage(again, "infer").value());
}

TEST_F(QueueTest, other_inputs_during_the_work_are_worked_on_after_it) {
    add("a");
    const Job job = take().value();
    ASSERT_TRUE(finish_stage(job, "volume"));
    EXPECT_EQ(add("a", Priority::kRoutine, {2}), Added::kRearmed);
    EXPECT_EQ(taken_key(), "nothing") << "one worker at a time";
    EXPECT_EQ(queue->still_wanted(job).error().code(), ErrorCode::kCancelled);
    EXPECT_EQ(finish_stage(job, "infer").error().code(), ErrorCode::kCancelled);
    EXPECT_EQ(finish(job).value(), State::kWaiting);
    EXPECT_EQ(take()->payload, Bytes{2});
}

TEST_F(QueueTest, a_failure_on_old_inputs_does_not_count) {
    add("a");
    const Job job = take().value();
    add("a", Priority::kRoutine, {2});
    EXPECT_EQ(fail_it(job, Retry::kNever).value(), State::kWaiting);
    EXPECT_EQ(view("a").failures, 0);
}

TEST_F(QueueTest, waits_until_its_time) {
    add("later", Priority::kStat, {1}, clock.now() + 10s);
    EXPECT_EQ(view("later").state, State::kDelayed);
    EXPECT_EQ(taken_key(), "nothing");
    EXPECT_EQ(queue->next_due().value(), clock.now() + 10s);
    clock.advance(10s);
    EXPECT_EQ(taken_key(), "later");
    EXPECT_FALSE(queue->next_due().value());
}

TEST_F(QueueTest, a_finished_stage_is_known_after_a_restart) {
    add("a");
    ASSERT_TRUE(finish_stage(take().value(), "volume", {4, 5}));
    restart();
    const Job job = take().value();
    EXPECT_EQ(queue->stage(job, "volume").value(), (Bytes{4, 5}));
    EXPECT_FALSE(queue->stage(job, "infer").value());
    ASSERT_TRUE(finish_stage(job, "infer"));
    EXPECT_EQ(view("a").stages, (std::vector<std::string>{"volume", "infer"}));
    EXPECT_FALSE(finish_stage(job, "infer")) << "not twice";
}

TEST_F(QueueTest, what_is_rolled_back_never_was) {
    {
        auto transaction = db->begin().value();
        ASSERT_TRUE(queue->add(transaction, {"diagnose", "a", Priority::kRoutine, {}, {}}));
    }
    EXPECT_EQ(taken_key(), "nothing");
}

TEST_F(QueueTest, a_person_cancels_what_waits_and_what_runs) {
    add("a");
    const Job job = take().value();
    add("b");
    for (const char* key : {"a", "b"}) {
        ASSERT_TRUE(change([&](const auto& t) { return queue->cancel(t, view(key).id); }));
    }
    EXPECT_EQ(taken_key(), "nothing");
    EXPECT_EQ(queue->still_wanted(job).error().code(), ErrorCode::kCancelled);
    EXPECT_EQ(finish(job).error().code(), ErrorCode::kCancelled);
    EXPECT_EQ(fail_it(job).error().code(), ErrorCode::kCancelled);
    EXPECT_EQ(add("a"), Added::kAlready) << "the same stays cancelled";
    EXPECT_EQ(add("a", Priority::kRoutine, {2}), Added::kRearmed);
}

TEST_F(QueueTest, a_worker_that_was_cancelled_does_not_end_its_successors_work) {
    add("a");
    const Job first = take().value();
    ASSERT_TRUE(change([&](const auto& t) { return queue->cancel(t, first.id); }));
    ASSERT_TRUE(change([&](const auto& t) { return queue->requeue(t, first.id); }));
    const Job second = take().value();
    EXPECT_EQ(finish(first).error().code(), ErrorCode::kCancelled);
    EXPECT_EQ(finish_stage(first, "infer").error().code(), ErrorCode::kCancelled);
    EXPECT_EQ(finish(second).value(), State::kDone);
}

TEST_F(QueueTest, a_person_has_what_is_done_done_again) {
    add("a");
    Job job = take().value();
    ASSERT_TRUE(finish_stage(job, "infer"));
    ASSERT_TRUE(finish(job));
    ASSERT_TRUE(change([&](const auto& t) { return queue->requeue(t, job.id); }));
    job = take().value();
    EXPECT_FALSE(queue->stage(job, "infer").value());
    EXPECT_EQ(change([&](const auto& t) { return queue->requeue(t, JobId{99}); }).error().code(),
              ErrorCode::kNotFound);
    EXPECT_EQ(change([&](const auto& t) { return queue->cancel(t, JobId{99}); }).error().code(),
              ErrorCode::kNotFound);
}

TEST_F(QueueTest, counts_and_lists_by_state) {
    for (const char* key : {"a", "b", "c", "d"}) add(key);
    ASSERT_TRUE(finish(take().value()));
    (void)take();
    clock.advance(5s);
    const Counts counts = count(*db).value();
    EXPECT_EQ(counts.of(State::kWaiting), 2);
    EXPECT_EQ(counts.of(State::kRunning), 1);
    EXPECT_EQ(counts.of(State::kDone), 1);
    EXPECT_EQ(counts.oldest_waiting, clock.now() - 5s);
    const auto first = list(*db, State::kWaiting, {}, 1).value();
    ASSERT_EQ(first.size(), 1u);
    EXPECT_EQ(first[0].key, "c");
    EXPECT_EQ(list(*db, State::kWaiting, first[0].id, 10).value().at(0).key, "d");
    EXPECT_FALSE(find(*db, "diagnose", "absent").value());
}

TEST_F(QueueTest, shows_how_far_the_work_is) {
    add("a");
    const Job job = take().value();
    EXPECT_FALSE(queue->progress(job.id));
    queue->report(job.id, "lungs", 0.25);
    EXPECT_EQ(queue->progress(job.id)->what, "lungs");
    ASSERT_TRUE(finish(job));
    EXPECT_FALSE(queue->progress(job.id));
}

TEST_F(QueueTest, forgets_what_is_over_and_old) {
    add("a");
    add("b");
    ASSERT_TRUE(finish(take().value()));
    clock.advance(1h);
    ASSERT_TRUE(change([&](const auto& t) -> Status {
        EXPECT_EQ(queue->forget(t, clock.now() - 2h).value(), 0);
        EXPECT_EQ(queue->forget(t, clock.now()).value(), 1);
        return {};
    }));
    EXPECT_FALSE(find(*db, kDiagnose, "a").value());
    EXPECT_EQ(taken_key(), "b");
}

TEST_F(QueueTest, refuses_what_is_over_its_limits) {
    policy.max_open = 2;
    restart();
    add("a");
    add("b");
    auto transaction = db->begin().value();
    const auto full = queue->add(transaction, {"diagnose", "c", Priority::kRoutine, {}, {}});
    EXPECT_EQ(full.error().code(), ErrorCode::kLimitExceeded);
    EXPECT_TRUE(full.error().message().starts_with("queue-full: "));
    for (const NewJob& big : {NewJob{"k", std::string(kMaxNameBytes + 1, 'x'), {}, {}, {}},
                              NewJob{"k", "x", {}, Bytes(kMaxPayloadBytes + 1), {}}}) {
        EXPECT_TRUE(queue->add(transaction, big).error().message().starts_with("job-too-big: "));
    }
}

}  // namespace
}  // namespace huizhen::jobs
