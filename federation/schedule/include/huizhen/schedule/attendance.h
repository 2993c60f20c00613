#pragma once

// Whether enough sites are there to begin, and what to say of each that is not.

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include <huizhen/base/result.h>

namespace huizhen::schedule {

struct AttendanceRule {
    std::set<std::string> invited;    // the sites of the plan
    std::set<std::string> mandatory;  // no round without these
    std::uint32_t quorum = 3;         // at least so many of the invited
};

// kInvalidArgument: a mandatory site is not invited, or the quorum cannot be reached.
Status check(const AttendanceRule& rule);

enum class Answer : std::uint8_t {
    kReady = 1,
    kSilent = 2,    // not connected, or has not answered
    kDeclined = 3,  // its own policy, budget or cases say no
};

struct SiteAnswer {
    Answer answer = Answer::kSilent;
    std::string reason;  // of the site, where it declines
};

struct AbsentSite {
    std::string site;
    std::string reason;
    bool mandatory = false;
    bool operator==(const AbsentSite&) const = default;
};

enum class Readiness : std::uint8_t {
    kComplete = 1,    // all that were invited
    kEnough = 2,      // the rule is met: begin when the waiting time is over
    kWaiting = 3,     // not met, but the silent ones could still meet it
    kImpossible = 4,  // whoever still answers: too many, or a mandatory one, declined
};

struct Attendance {
    Readiness readiness = Readiness::kWaiting;
    std::set<std::string> present;
    std::vector<AbsentSite> absent;  // by name
    std::string sentence;            // what is there and what is missing
};

// Sites that answered without being invited are ignored.
Attendance attend(const AttendanceRule& rule, const std::map<std::string, SiteAnswer>& answers);

}  // namespace huizhen::schedule
