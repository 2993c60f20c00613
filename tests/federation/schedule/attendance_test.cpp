#include <huizhen/schedule/attendance.h>

namespace huizhen::schedule {
namespace {

AttendanceRule rule() { return {{"east", "north", "south", "west"}, {"north"}, 3}; }

std::map<std::string, SiteAnswer> ready(std::initializer_list<const char*> sites) {
    std::map<std::string, SiteAnswer> answers;
    for (const char* site : sites) answers[site] = {Answer::kReady, ""};
    return answers;
}

TEST(Attendance, of_everybody_is_complete) {
    const Attendance attendance = attend(rule(), ready({"east", "north", "south", "west"}));
    EXPECT_EQ(attendance.readiness, Readiness::kComplete);
    EXPECT_TRUE(attendance.absent.empty());
}

TEST(Attendance, of_a_quorum_with_the_mandatory_is_enough_and_names_the_rest) {
    auto answers = ready({"east", "north", "south"});
    answers["west"] = {Answer::kDeclined, "no new cases"};
    const Attendance attendance = attend(rule(), answers);
    EXPECT_EQ(attendance.readiness, Readiness::kEnough);
    EXPECT_EQ(attendance.present, (std::set<std::string>{"east", "north", "south"}));
    EXPECT_EQ(attendance.absent, (std::vector<AbsentSite>{{"west", "declined: no new cases", false}}));
    EXPECT_EQ(attendance.sentence, "3 of 4 sites are ready; at least 3 must be");
}

TEST(Attendance, without_a_mandatory_site_waits_or_ends) {
    auto answers = ready({"east", "south", "west"});
    const Attendance waiting = attend(rule(), answers);
    EXPECT_EQ(waiting.readiness, Readiness::kWaiting);
    EXPECT_EQ(waiting.sentence,
              "3 of 4 sites are ready; at least 3 must be; north, which must take part, has not answered");
    answers["north"] = {Answer::kDeclined, "privacy budget spent"};
    EXPECT_EQ(attend(rule(), answers).readiness, Readiness::kImpossible);
    EXPECT_TRUE(attend(rule(), answers).absent[0].mandatory);
}

TEST(Attendance, below_the_quorum_waits_until_too_many_declined) {
    auto answers = ready({"north", "east"});
    EXPECT_EQ(attend(rule(), answers).readiness, Readiness::kWaiting);
    answers["south"] = {Answer::kDeclined, ""};
    EXPECT_EQ(attend(rule(), answers).readiness, Readiness::kWaiting);  // west could still come
    EXPECT_EQ(attend(rule(), answers).absent[0].reason, "declined");
    answers["west"] = {Answer::kDeclined, ""};
    EXPECT_EQ(attend(rule(), answers).readiness, Readiness::kImpossible);
    EXPECT_EQ(attend(rule(), {}).readiness, Readiness::kWaiting);
}

TEST(Attendance, whoever_was_not_invited_does_not_count) {
    const Attendance attendance = attend(rule(), ready({"north", "east", "stranger"}));
    EXPECT_EQ(attendance.readiness, Readiness::kWaiting);
    EXPECT_FALSE(attendance.present.contains("stranger"));
}

TEST(Attendance, refuses_rules_nobody_can_meet) {
    EXPECT_TRUE(check(rule()));
    AttendanceRule wrong = rule();
    wrong.quorum = 5;
    EXPECT_FALSE(check(wrong));
    wrong.quorum = 0;
    EXPECT_FALSE(check(wrong));
    wrong = rule();
    wrong.mandatory.insert("nowhere");
    EXPECT_EQ(check(wrong).error().message(), "site nowhere is mandatory and not invited");
}

}  // namespace
}  // namespace huizhen::schedule
