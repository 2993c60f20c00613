#include "queue_fixture.h"

namespace huizhen::jobs {
namespace {

using namespace std::chrono_literals;

TEST_F(QueueTest, waits_longer_after_each_failure_and_is_quarantined_in_the_end) {
    add("a");
    for (int failure = 1; failure < policy.max_failures; ++failure) {
        ASSERT_EQ(fail_it(take().value()).value(), State::kDelayed);
        const auto waits = view("a").not_before - clock.now();
        EXPECT_GE(waits, policy.first_delay * (1 << (failure - 1)) / 2);
        EXPECT_LE(waits, policy.first_delay * (1 << (failure - 1)));
        EXPECT_EQ(taken_key(), "nothing");
        clock.advance(waits);
    }
    EXPECT_EQ(fail_it(take().value()).value(), State::kQuarantined);
    EXPECT_EQ(view("a").reason, "no-model: none is installed");
    clock.advance(24h);
    EXPECT_EQ(taken_key(), "nothing");
    EXPECT_EQ(add("a"), Added::kAlready) << "the same stays in quarantine";
}

TEST_F(QueueTest, what_cannot_get_better_is_quarantined_at_once) {
    add("a");
    EXPECT_EQ(fail_it(take().value(), Retry::kNever).value(), State::kQuarantined);
}

TEST_F(QueueTest, one_failing_job_holds_up_nobody) {
    add("bad", Priority::kStat);
    add("good");
    ASSERT_TRUE(fail_it(take().value()));
    EXPECT_EQ(taken_key(), "good");
}

TEST_F(QueueTest, a_finished_stage_forgives_failures) {
    add("a");
    for (int i = 0; i < 10; ++i) {
        const Job job = take().value();
        ASSERT_TRUE(finish_stage(job, "stage " + std::to_string(i)));
        ASSERT_EQ(fail_it(job).value(), State::kDelayed) << i;
        clock.advance(1h);
    }
}

TEST_F(QueueTest, out_of_quarantine_it_goes_on_where_it_was) {
    add("a");
    const Job job = take().value();
    ASSERT_TRUE(finish_stage(job, "volume", {9}));
    ASSERT_EQ(fail_it(job, Retry::kNever).value(), State::kQuarantined);
    ASSERT_TRUE(change([&](const auto& t) { return queue->requeue(t, job.id); }));
    const Job again = take().value();
    EXPECT_EQ(queue->stage(again, "volume").value(), Bytes{9});
    EXPECT_EQ(fail_it(again).value(), State::kDelayed) << "with all its tries";
}

TEST_F(QueueTest, what_ran_when_the_process_died_runs_again) {
    add("a");
    const Job lost = take().value();
    restart();
    EXPECT_EQ(view("a").deaths, 1);
    const Job job = take().value();
    EXPECT_EQ(job.key, "a");
    EXPECT_EQ(finish(lost).error().code(), ErrorCode::kCancelled) << "of another life";
    EXPECT_EQ(finish(job).value(), State::kDone);
}

TEST_F(QueueTest, what_takes_the_process_down_steps_back_and_is_quarantined_in_the_end) {
    add("deadly", Priority::kStat);
    add("good");
    EXPECT_EQ(taken_key(), "deadly");
    restart();
    EXPECT_EQ(taken_key(), "deadly");
    restart();
    EXPECT_EQ(taken_key(), "good") << "the second time it steps back";
    for (int death = 3; death <= policy.max_deaths; ++death) {
        clock.advance(1h);
        EXPECT_EQ(take()->key, "deadly");
        restart();
    }
    EXPECT_EQ(view("deadly").state, State::kQuarantined);
    EXPECT_EQ(view("deadly").reason, "died-with-the-process: 4 times");
    EXPECT_EQ(view("good").deaths, 1);
}

TEST(BackOff, doubles_up_to_the_longest_and_spreads) {
    CountingRandom random;
    const Policy policy;
    std::chrono::milliseconds shortest = policy.longest_delay, longest{};
    for (int i = 0; i < 100; ++i) {
        const auto delay = delay_after(1000, policy, random);
        shortest = std::min(shortest, delay);
        longest = std::max(longest, delay);
    }
    EXPECT_GE(shortest, policy.longest_delay / 2);
    EXPECT_LE(longest, policy.longest_delay);
    EXPECT_GT(longest - shortest, policy.longest_delay / 4);
    EXPECT_LE(delay_after(2, policy, random), 2 * policy.first_delay);
}

TEST_F(QueueTest, the_same_draws_give_the_same_delays) {
    CountingRandom one, two;
    for (int failures = 1; failures < 20; ++failures) {
        EXPECT_EQ(delay_after(failures, policy, one), delay_after(failures, policy, two));
    }
}

TEST_F(QueueTest, a_long_reason_is_cut_between_characters) {
    add("a");
    const Job job = take().value();
    std::string reason;
    while (reason.size() < 2 * kMaxReasonBytes) reason += "会";
    ASSERT_TRUE(change([&](const auto& t) -> Status {
        HZ_TRY(queue->fail_job(t, job, reason, Retry::kNever));
        return {};
    }));
    EXPECT_EQ(view("a").reason.size(), kMaxReasonBytes / 3 * 3);
}

}  // namespace
}  // namespace huizhen::jobs
