// Rounds as bytes and back: exactly, within limits, and never by chance.

#include <gmock/gmock.h>

#include <huizhen/rounds/reason.h>
#include <huizhen/rpc/round_codec.h>

#include "parties.h"
#include "world.h"

namespace huizhen::rpc {
namespace {

using namespace rounds;
using testing::HasSubstr;
using testing::StartsWith;

// Every message of a round with a site that is left out.
std::vector<Message> all_messages() {
    TrainingPlan plan = plan_for(5);
    plan.mandatory = {site_id(1)};
    RoundSetup setup = setup_for(plan);
    setup.state = object("state");
    setup.invited[2].certificate = Bytes{1, 2, 3};
    Parties parties(5, setup);
    std::vector<Message> messages;
    Message refused = *parties.intercept(4, Step::kProposal);
    parties.open(4, refused, "task-not-allowed: malignancy");
    bool cut = false;
    while (!parties.way.empty()) {
        const auto [to_site, site, message] = parties.way.front();
        parties.way.pop_front();
        messages.push_back(message);
        if (!to_site && step_of(message.body) == Step::kShares && !std::exchange(cut, true)) {
            Message spoilt = message;
            std::get<Shares>(spoilt.body).secagg.back() ^= 1;
            parties.from(site, spoilt);
        } else if (to_site) {
            parties.to(site, message);
        } else {
            parties.from(site, message);
        }
    }
    messages.push_back({messages[0].round, Failed{Step::kRoster, "the disk is full"}});
    messages.push_back(
        {messages[0].round, Outcome{std::nullopt, Failure{FailureKind::kAborted, "li: no"}, {}, {}}});
    return messages;
}

TEST(RoundCodec, every_message_comes_back_as_it_was) {
    std::set<Step> steps;
    for (const Message& message : all_messages()) {
        const RoundMessage encoded = encode_round_message(message);
        const auto decoded = decode(encoded);
        ASSERT_TRUE(decoded) << step_name(step_of(message.body)) << decoded.error().to_string();
        EXPECT_EQ(*decoded, message) << step_name(step_of(message.body));
        steps.insert(step_of(message.body));
    }
    EXPECT_EQ(steps.size(), 16u);  // all of them
}

template <typename Value, typename Decode>
void expect_same(const Value& value, Decode decode) {
    const auto decoded = decode(encode(value));
    ASSERT_TRUE(decoded) << decoded.error().to_string();
    EXPECT_EQ(*decoded, value);
}

TEST(RoundCodec, journals_of_stormy_rounds_come_back_as_they_were) {
    const Enrolled enrolled(5);
    std::set<std::size_t> coordinator_events, site_events;
    for (std::uint32_t seed = 1; seed <= 30; ++seed) {
        WorldOptions options;
        options.seed = seed;
        options.drop = 0.1;
        options.crash = 0.03;
        if (seed % 3 == 0) options.job_fails[0] = "the disk\nis full";
        if (seed % 4 == 0) options.revoked_at[1] = 3;
        if (seed % 5 == 0) options.aborted_at = 4;
        if (seed % 2 == 0) options.dies_at[2] = seed;
        TrainingPlan plan = plan_for(5);
        if (seed % 7 == 0) {
            plan.privacy = {PrivacyMode::kTarget, 1, 1.25, 8, 1e-6};
            plan.codec = {CodecKind::kSparsePacked, 0.5, 4, 0.25, false, 12};
            plan.learning = {2, 0.1, 8, 0.01, OptimizerKind::kAdamW, 0.9, 0.001, 5};
            plan.strategy = {StrategyKind::kFedAdam, 0.1, 0.8, 0.9, 1e-4, RobustRule::kMean, 0.1};
        }
        World world(enrolled, setup_for(plan), options);
        world.run();
        ASSERT_TRUE(world.broken().empty());
        expect_same(plan, decode_plan);
        expect_same(setup_for(plan), decode_setup);
        expect_same(world.result(), decode_result);
        const Outcome outcome = std::get<Outcome>(outcome_message(world.result()).body);
        expect_same(outcome, decode_outcome);
        for (const CoordinatorInput& input : world.journal()) {
            coordinator_events.insert(input.event.index());
            expect_same(input, decode_coordinator_input);
        }
        for (std::size_t i = 0; i < 5; ++i) {
            for (const SiteInput& input : world.journal(i)) {
                site_events.insert(input.event.index());
                if (std::holds_alternative<JobFailed>(input.event)) continue;  // below
                expect_same(input, decode_site_input);
            }
        }
    }
    EXPECT_EQ(coordinator_events.size(), 5u);
    EXPECT_EQ(site_events.size(), 6u);
    expect_same(CoordinatorInput{kStart, NotInstalled{"the disk is full"}}, decode_coordinator_input);
    const Message first = all_messages().front();
    expect_same(SiteSetup{site_id(3), first, "outside-hours: not now", kStart}, decode_site_setup);
    expect_same(SiteSetup{site_id(3), first, std::nullopt, kStart}, decode_site_setup);
}

// A journal that replays must give the bytes that were said: what is kept of a reason is what the machines
// say.
TEST(RoundCodec, a_reason_of_any_bytes_is_kept_as_it_is_told) {
    for (const std::string& text :
         {std::string("two\nlines\x1b[31m"), std::string(5'000, 'x'),
          std::string(1'999, 'x') + "\xe4\xb8\xad\xe6\x96\x87", std::string("\xff\xfe")}) {
        const auto kept = decode_site_input(encode(SiteInput{kStart, JobFailed{text}}));
        ASSERT_TRUE(kept);
        const std::string& reason = std::get<JobFailed>(kept->event).reason;
        EXPECT_EQ(reason, reason_text(text));
        EXPECT_EQ(reason_text(reason), reason);
        EXPECT_LE(reason.size(), kMaxTextBytes);
    }
    EXPECT_EQ(reason_text(std::string(1'999, 'x') + "\xe4\xb8\xad").size(), 1'999u);  // no half characters
    const auto row = decode_site_input(encode(SiteInput{kStart, Evaluated{Bytes(kMaxRowBytes + 99)}}));
    EXPECT_EQ(std::get<Evaluated>(row->event).row.size(), kMaxRowBytes + 1);  // still too long
}

TEST(RoundCodec, refuses_by_name_what_is_no_message) {
    const RoundName name{PlanId("plan"), 1};
    RoundMessage message = encode_round_message({name, Decline{"no"}});
    const auto error = [](const RoundMessage& one) { return decode(one).error().message(); };
    const auto with = [&](auto change) {
        RoundMessage other = message;
        change(other);
        return error(other);
    };
    EXPECT_THAT(with([](auto& m) { m.step = 0; }), StartsWith("malformed: "));
    EXPECT_THAT(with([](auto& m) { m.step = 17; }), StartsWith("malformed: "));
    EXPECT_THAT(with([](auto& m) { m.step = UINT32_MAX; }), StartsWith("malformed: "));
    EXPECT_THAT(with([](auto& m) { m.plan = ""; }), StartsWith("malformed: "));
    EXPECT_THAT(with([](auto& m) { m.plan = "a\nb"; }), StartsWith("malformed: "));
    EXPECT_THAT(with([](auto& m) { m.plan = std::string(129, 'x'); }), StartsWith("malformed: "));
    EXPECT_THAT(with([](auto& m) { m.body = Bytes(100, 0xFF); }), StartsWith("malformed: "));
    EXPECT_THAT(with([](auto& m) { m.body = Bytes(1 << 20); }), StartsWith("too-large: "));
    // Empty bodies are proto3's defaults: no digest, no site, no model and no failure.
    for (const Step step :
         {Step::kProposal, Step::kCandidate, Step::kLeftOut, Step::kOutcome, Step::kUpload}) {
        EXPECT_THAT(error({"plan", 1, static_cast<std::uint32_t>(step), {}}), StartsWith("malformed: "))
            << step_name(step);
    }
}

TEST(RoundCodec, kinds_that_nobody_knows_are_refused) {
    const std::function<void(TrainingPlan&)> changes[] = {
        [](TrainingPlan& plan) { plan.strategy.kind = static_cast<StrategyKind>(9); },
        [](TrainingPlan& plan) { plan.strategy.robust = static_cast<RobustRule>(9); },
        [](TrainingPlan& plan) { plan.codec.kind = static_cast<CodecKind>(0); },
        [](TrainingPlan& plan) { plan.privacy.mode = static_cast<PrivacyMode>(3); },
        [](TrainingPlan& plan) { plan.learning.optimizer = static_cast<OptimizerKind>(0); },
        [](TrainingPlan& plan) { plan.task = "a\nb"; },
        [](TrainingPlan& plan) { plan.invited[0] = SiteId(""); },
        [](TrainingPlan& plan) { plan.invited[0] = SiteId(std::string(129, 'x')); },
    };
    for (const auto& change : changes) {
        TrainingPlan plan = plan_for(3);
        change(plan);
        EXPECT_THAT(decode_plan(encode(plan)).error().message(), StartsWith("malformed: "));
    }
    TrainingPlan crowded = plan_for(3);
    crowded.invited.assign(kMaxInvited + 1, site_id(0));
    EXPECT_THAT(decode_plan(encode(crowded)).error().message(), StartsWith("too-large: "));
}

TEST(RoundCodec, positions_come_back_and_unknown_ones_count_as_none) {
    const RoundName name{PlanId("plan"), 7};
    const rounds::Position position{Step::kShareDelivery, Step::kUpload};
    const Position sent = to_rpc(name, position);
    EXPECT_EQ(sent.plan, "plan");
    EXPECT_EQ(sent.round, 7u);
    EXPECT_EQ(to_rounds(sent), position);
    EXPECT_EQ(to_rounds({"plan", 7, 99, {200}}), rounds::Position{});
    EXPECT_EQ(to_rounds({"plan", 7, 3, {}}), (rounds::Position{Step::kRoster, Step::kNone}));
}

}  // namespace
}  // namespace huizhen::rpc
