#include <huizhen/cases/worklist.h>

#include "case_fixture.h"

namespace huizhen::cases {
namespace {

using sample::patient;

class WorklistTest : public CasesTest {
  protected:
    StudyKey add_next(const std::string& number = "1", const std::string& accession = "") {
        clock.advance(1s);
        return add_study(++studies_, patient(number), 1, accession);
    }
    void prioritise(StudyKey key, chart::Priority priority) {
        ASSERT_TRUE(change([&](const auto& t) { return set_priority(*book, t, key, priority, kBy); }));
    }
    std::vector<StudyKey> list(const Filter& filter = {}, std::int64_t page = 100) {
        std::vector<StudyKey> all;
        std::optional<Place> place;
        do {
            const Worklist part = worklist(*book, filter, place, page).value();
            EXPECT_LE(static_cast<std::int64_t>(part.cases.size()), page);
            for (const Case& one : part.cases) all.push_back(one.key);
            place = part.next;
        } while (place);
        return all;
    }
    int studies_ = 0;
};

TEST_F(WorklistTest, stat_first_then_what_needs_a_person_then_urgent_and_signed_last) {
    const StudyKey is_signed = add_next();
    for (const Ready& ready : complete()) ASSERT_TRUE(sign(diagnose(ready).key));
    const StudyKey doubtful = add_next();
    for (const Ready& ready : complete()) diagnose(ready, 1, true);
    const StudyKey failed = add_next();
    for (const Ready& ready : complete()) {
        ASSERT_TRUE(change([&](const auto& t) { return mark_failed(*book, t, ready, kBy); }));
    }
    const StudyKey old = add_next(), young = add_next(), urgent = add_next(), stat = add_next();
    prioritise(urgent, chart::Priority::kUrgent);
    prioritise(stat, chart::Priority::kStat);
    prioritise(is_signed, chart::Priority::kStat);
    const std::vector<StudyKey> expected{stat, failed, doubtful, urgent, young, old, is_signed};
    EXPECT_EQ(list(), expected);
    for (std::int64_t page = 1; page <= 8; ++page) EXPECT_EQ(list({}, page), expected) << page;
}

TEST_F(WorklistTest, pages_meet_where_cases_arrived_at_the_same_moment) {
    std::vector<StudyKey> all;
    for (int i = 1; i <= 23; ++i) all.push_back(add_study(i, patient("1"), 1));
    for (int i = 0; i < 23; i += 3) prioritise(all[static_cast<std::size_t>(i)], chart::Priority::kUrgent);
    const auto whole = list();
    EXPECT_EQ(whole.size(), 23u);
    for (std::int64_t page = 1; page < 23; ++page) EXPECT_EQ(list({}, page), whole) << page;
}

TEST_F(WorklistTest, filters_by_state_priority_review_and_time) {
    const StudyKey first = add_next();
    const Time between = clock.now() + 500ms;
    complete();
    const StudyKey second = add_next();
    prioritise(second, chart::Priority::kStat);
    const StudyKey nobodys = add_next("");
    EXPECT_EQ(list({.states = {CaseState::kComplete}}), std::vector{first});
    EXPECT_EQ(list({.states = {CaseState::kReceiving}}), (std::vector{second, nobodys}));
    EXPECT_EQ(list({.states = {CaseState::kSigned, CaseState::kFailed}}), std::vector<StudyKey>());
    EXPECT_EQ(list({.priorities = {chart::Priority::kStat}}), std::vector{second});
    EXPECT_EQ(list({.needs_review = true}), std::vector{nobodys});
    EXPECT_EQ(list({.needs_review = false}), (std::vector{second, first}));
    EXPECT_EQ(list({.arrived_until = between}), std::vector{first});
    EXPECT_EQ(list({.arrived_from = between}), (std::vector{second, nobodys}));
    EXPECT_EQ(list({.arrived_from = the_case(first).arrived, .arrived_until = the_case(first).arrived}),
              std::vector<StudyKey>());
}

TEST_F(WorklistTest, finds_whole_numbers_of_patients_and_orders) {
    const StudyKey a = add_next("4711", "A-1"), b = add_next("4711", "A-2"), c = add_next("4712", "4711");
    const auto search = [&](const std::string& number, std::int64_t page = 100) {
        return list({.number = Phi<std::string>(number)}, page);
    };
    EXPECT_EQ(search("4711"), (std::vector{c, b, a})) << "a patient's and an order's number";
    EXPECT_EQ(search("4711", 1), (std::vector{c, b, a}));
    EXPECT_EQ(search(" A-2 "), std::vector{b});
    EXPECT_EQ(search("471"), std::vector<StudyKey>());
    EXPECT_EQ(list({.states = {CaseState::kSigned}, .number = Phi<std::string>("4711")}),
              std::vector<StudyKey>());
}

TEST_F(WorklistTest, names_the_patient_as_the_hospital_does_now) {
    add_next("1");
    say(sample::update("1", patient("1", "Married^Anna")));
    const auto cases = worklist(*book, {}).value().cases;
    EXPECT_EQ(cases.at(0).description.patient.name.reveal_phi("a test"), "Married^Anna");
    EXPECT_EQ(cases.at(0).description.patient.ids.size(), 1u);
}

TEST_F(WorklistTest, tells_what_changed_since) {
    const StudyKey a = add_next(), b = add_next();
    const std::int64_t seen = std::max(the_case(a).revision, the_case(b).revision);
    EXPECT_TRUE(changed_since(*book, seen, 10).value().empty());
    prioritise(a, chart::Priority::kStat);
    const auto changed = changed_since(*book, seen, 10).value();
    ASSERT_EQ(changed.size(), 1u);
    EXPECT_EQ(changed[0].key, a);
    EXPECT_GT(changed[0].revision, seen);
    EXPECT_EQ(changed_since(*book, 0, 10).value().size(), 2u);
}

TEST_F(WorklistTest, counts_by_state) {
    add_next();
    complete();
    add_next("");
    const CaseCounts counts = count_cases(*book).value();
    EXPECT_EQ(counts.by_state[0], 1);
    EXPECT_EQ(counts.by_state[1], 1);
    EXPECT_EQ(counts.needs_review, 1);
}

TEST_F(WorklistTest, a_reading_connection_will_do) {
    const StudyKey key = add_next();
    const auto reading = database::Connection::open(folder.path() / "x.db", database::Access::kRead).value();
    const auto reader = CaseReader::open(*reading, ring, *store).value();
    EXPECT_EQ(worklist(*reader, {}).value().cases.at(0).key, key);
    const auto other = database::Connection::open(folder.path() / "y.db", database::Access::kWrite).value();
    EXPECT_TRUE(CaseReader::open(*other, ring, *store).error().message().starts_with("cases-not-migrated: "));
}

// However many cases there are: no statement of a page reads more than it gives.
TEST_F(WorklistTest, a_page_is_read_from_the_index_alone) {
    auto plan =
        db->query(
              "EXPLAIN QUERY PLAN SELECT arrived_us, id FROM studies WHERE state = 0 AND priority = 0 "
              "AND review = 0 AND arrived_us >= 0 AND (arrived_us, id) < (5, 5) "
              "ORDER BY arrived_us DESC, id DESC LIMIT 10")
            .value();
    std::string all;
    while (plan.next().value()) all += plan.get<std::string>(3).value() + "\n";
    EXPECT_NE(
        all.find("COVERING INDEX studies_worklist (state=? AND priority=? AND review=? AND arrived_us>?"),
        std::string::npos)
        << all;
    EXPECT_EQ(all.find("TEMP B-TREE"), std::string::npos) << all;
}

}  // namespace
}  // namespace huizhen::cases
