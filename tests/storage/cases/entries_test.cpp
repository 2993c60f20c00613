#include <cmath>
#include <limits>

#include "case_fixture.h"

namespace huizhen::cases {
namespace {

using sample::lab;
using sample::patient;
using sample::report;
using sample::update;

double value_of(const StoredEntry& entry) {
    return std::get<chart::Quantity>(std::get<chart::Observation>(entry.entry.content).value).value;
}

TEST_F(CasesTest, every_kind_of_entry_comes_back_as_it_went_in) {
    chart::Observation coded, words, none;
    coded.what.codes = {{"s", "c", "d"}, {"s2", "c2", ""}};
    coded.value = chart::Concept{{{"x", "y", "z"}}, "text"};
    coded.low = 1.5;
    coded.high = 1e300;
    coded.flag = "H";
    coded.state = chart::State::kAmended;
    words.value = std::string("阴性 \"\\ \n");
    words.when = sample::at("2026");
    none.what.text = "nothing";
    const chart::Concept what{{}, "肺炎"};
    const std::vector<chart::Entry> entries = {
        {"1", "", coded},
        {"2", "A", words},
        {"3", "", none},
        report("4", "words"),
        {"5", "", chart::Condition{what, sample::at("2026-01"), chart::State::kPreliminary}},
        {"6", "", chart::Procedure{what, sample::at("2026-01-02T03:04Z"), chart::State::kFinal}},
        {"7", "", chart::Medication{what, {}, chart::State::kWithdrawn}},
        {"8", "", chart::Encounter{"inpatient", sample::at("2026-01-01"), {}, chart::State::kFinal}},
        sample::order("9", "A", chart::Priority::kStat),
        {"10", "", lab("", 0.1).content},
    };
    say(update("1", patient("1"), entries));
    const auto stored = entries_of(*book, patient_with("1")).value();
    ASSERT_EQ(stored.size(), entries.size());
    // Sent again under another number, all of it is the same.
    const Applied again = say(update("2", patient("1"), entries));
    EXPECT_EQ(again.same, static_cast<int>(entries.size()));
    EXPECT_EQ(again.added + again.replaced, 0);
    EXPECT_EQ(std::get<chart::Observation>(stored[0].entry.content).value, coded.value);
    EXPECT_EQ(std::get<chart::Observation>(stored[0].entry.content).what, coded.what);
    EXPECT_EQ(std::get<chart::Observation>(stored[0].entry.content).high, coded.high);
    EXPECT_EQ(std::get<chart::Observation>(stored[1].entry.content).value, words.value);
    EXPECT_EQ(std::get<chart::Observation>(stored[1].entry.content).when, words.when);
    EXPECT_EQ(std::get<chart::Condition>(stored[4].entry.content).what, what);
    EXPECT_EQ(std::get<chart::Condition>(stored[4].entry.content).state, chart::State::kPreliminary);
    EXPECT_EQ(std::get<chart::Procedure>(stored[5].entry.content).when, sample::at("2026-01-02T03:04Z"));
    EXPECT_EQ(std::get<chart::Encounter>(stored[7].entry.content).kind, "inpatient");
    EXPECT_EQ(std::get<chart::Order>(stored[8].entry.content).priority, chart::Priority::kStat);
    EXPECT_EQ(value_of(stored[9]), 0.1);
}

TEST_F(CasesTest, what_json_cannot_say_does_not_lose_the_entry) {
    say(update("1", patient("1"),
               {lab("a", std::numeric_limits<double>::quiet_NaN()), report("b", "\xff\xfe")}));
    const auto stored = entries_of(*book, patient_with("1")).value();
    EXPECT_TRUE(std::isnan(value_of(stored[0])));
    EXPECT_EQ(std::get<chart::Document>(stored[1].entry.content).text, "\uFFFD\uFFFD");
}

TEST_F(CasesTest, an_entry_with_the_senders_number_replaces_and_keeps_its_history) {
    say(update("1", patient("1"), {lab("a", 1)}));
    EXPECT_EQ(say(update("2", patient("1"), {lab("a", 2)})).replaced, 1);
    const auto now = entries_of(*book, patient_with("1")).value();
    ASSERT_EQ(now.size(), 1u);
    EXPECT_EQ(value_of(now[0]), 2);
    EXPECT_EQ(now[0].version, 2);
    const auto versions = versions_of(*book, now[0].key).value();
    ASSERT_EQ(versions.size(), 2u);
    EXPECT_EQ(value_of(versions[0]), 1);
    EXPECT_FALSE(versions[0].current);
}

TEST_F(CasesTest, the_same_message_again_changes_nothing_even_after_newer_ones) {
    const auto first = update("1", patient("1"), {lab("a", 1)});
    say(first);
    say(update("2", patient("1"), {lab("a", 2)}));
    const Applied again = say(first);
    EXPECT_TRUE(again.again);
    EXPECT_EQ(value_of(entries_of(*book, patient_with("1")).value().at(0)), 2);
}

TEST_F(CasesTest, a_message_number_that_is_used_twice_loses_nothing) {
    say(update("1", patient("1"), {lab("a", 1)}));
    EXPECT_FALSE(say(update("1", patient("1"), {lab("b", 2)})).again);
    EXPECT_EQ(entries_of(*book, patient_with("1")).value().size(), 2u);
}

TEST_F(CasesTest, an_older_version_that_comes_late_is_history) {
    auto newer = update("2", patient("1"), {lab("a", 2)}), older = update("1", patient("1"), {lab("a", 1)});
    newer.sent = sample::at("2026-03-02T10:00:00Z");
    older.sent = sample::at("2026-03-01T10:00:00Z");
    say(newer);
    EXPECT_EQ(say(older).outdated, 1);
    const auto now = entries_of(*book, patient_with("1")).value();
    ASSERT_EQ(now.size(), 1u);
    EXPECT_EQ(value_of(now[0]), 2);
    EXPECT_EQ(versions_of(*book, now[0].key).value().size(), 2u);
}

TEST_F(CasesTest, entries_without_a_number_are_told_apart_by_what_they_say) {
    say(update("1", patient("1"), {lab("", 1)}));
    EXPECT_EQ(say(update("2", patient("1"), {lab("", 1), lab("", 2)})).added, 1);
    say(update("3", patient("2"), {lab("", 1)}));
    EXPECT_EQ(entries_of(*book, patient_with("1")).value().size(), 2u);
    EXPECT_EQ(entries_of(*book, patient_with("2")).value().size(), 1u);
    EXPECT_TRUE(open_conflicts(*book, {}, 10).value().empty()) << "two patients may have the same result";
}

TEST_F(CasesTest, a_study_gets_the_entries_of_its_number_and_those_around_its_time) {
    const StudyKey key = add_study(1, patient("1"), 1, "A-1");  // of 2026-03-01
    auto withdrawn = lab("w", 9);
    std::get<chart::Observation>(withdrawn.content).state = chart::State::kWithdrawn;
    say(update("1", patient("1"),
               {lab("in", 1), lab("long before", 2, "2020-01-01"), lab("long after", 3, "2026-09-01"),
                lab("no time", 4, ""), lab("vague", 5, "2026"), withdrawn, report("own", "its report", "A-1"),
                report("others", "of another study", "A-9")}));
    say(update("2", patient("2"), {lab("not hers", 6)}));
    std::vector<std::string> names;
    const auto entries = entries_for(*book, key).value();
    for (const auto& entry : entries) names.push_back(entry.entry.source_id);
    EXPECT_EQ(names, (std::vector<std::string>{"in", "own"}));
    const Window wide{std::chrono::days(4000), std::chrono::days(400)};
    EXPECT_EQ(entries_for(*book, key, wide).value().size(), 5u);
}

TEST_F(CasesTest, news_in_the_chart_touch_the_unsigned_cases_of_their_patient) {
    const StudyKey open = add_study(1, patient("1"));
    add_study(3, patient("2"));
    const std::int64_t before = the_case(open).inputs;
    const auto hash = input_hash(*book, open).value();
    EXPECT_EQ(say(update("1", patient("1"), {lab("a", 1)})).touched, std::vector{open});
    EXPECT_EQ(the_case(open).inputs, before + 1);
    EXPECT_NE(input_hash(*book, open).value(), hash);
    EXPECT_TRUE(say(update("2", patient("1"), {lab("a", 1)})).touched.empty()) << "nothing new";
    for (const Ready& ready : complete()) EXPECT_TRUE(sign(diagnose(ready).key));
    EXPECT_TRUE(say(update("3", patient("1"), {lab("b", 1)})).touched.empty()) << "signed";
}

TEST_F(CasesTest, an_entry_over_the_limit_is_refused) {
    const auto big = update("1", patient("1"), {report("a", std::string(kMaxEntryBytes, 'x'))});
    EXPECT_TRUE(change([&](const auto& t) { return apply(*book, t, big, kBy); })
                    .error()
                    .message()
                    .starts_with("entry-too-big: "));
}

}  // namespace
}  // namespace huizhen::cases
