#include <huizhen/schedule/attendance.h>

namespace huizhen::schedule {

namespace {

std::string reason_of(const SiteAnswer* answer) {
    if (answer == nullptr || answer->answer == Answer::kSilent) return "has not answered";
    return answer->reason.empty() ? "declined" : "declined: " + answer->reason;
}

std::string sentence_of(const AttendanceRule& rule, const Attendance& attendance) {
    std::string sentence = std::to_string(attendance.present.size()) + " of " +
                           std::to_string(rule.invited.size()) + " sites are ready; at least " +
                           std::to_string(rule.quorum) + " must be";
    for (const AbsentSite& absent : attendance.absent) {
        if (absent.mandatory) sentence += "; " + absent.site + ", which must take part, " + absent.reason;
    }
    return sentence;
}

}  // namespace

Status check(const AttendanceRule& rule) {
    if (rule.quorum == 0 || rule.quorum > rule.invited.size()) {
        return fail(ErrorCode::kInvalidArgument, "a quorum of " + std::to_string(rule.quorum) + " among " +
                                                     std::to_string(rule.invited.size()) +
                                                     " invited sites cannot be");
    }
    for (const std::string& site : rule.mandatory) {
        if (!rule.invited.contains(site)) {
            return fail(ErrorCode::kInvalidArgument, "site " + site + " is mandatory and not invited");
        }
    }
    return {};
}

Attendance attend(const AttendanceRule& rule, const std::map<std::string, SiteAnswer>& answers) {
    Attendance attendance;
    std::size_t declined = 0;
    bool mandatory_missing = false, mandatory_declined = false;
    for (const std::string& site : rule.invited) {
        const auto found = answers.find(site);
        const SiteAnswer* answer = found == answers.end() ? nullptr : &found->second;
        if (answer != nullptr && answer->answer == Answer::kReady) {
            attendance.present.insert(site);
            continue;
        }
        const bool declines = answer != nullptr && answer->answer == Answer::kDeclined;
        const bool mandatory = rule.mandatory.contains(site);
        attendance.absent.push_back({site, reason_of(answer), mandatory});
        declined += declines;
        mandatory_missing |= mandatory;
        mandatory_declined |= mandatory && declines;
    }
    if (attendance.absent.empty()) {
        attendance.readiness = Readiness::kComplete;
    } else if (!mandatory_missing && attendance.present.size() >= rule.quorum) {
        attendance.readiness = Readiness::kEnough;
    } else if (mandatory_declined || rule.invited.size() - declined < rule.quorum) {
        attendance.readiness = Readiness::kImpossible;
    } else {
        attendance.readiness = Readiness::kWaiting;
    }
    attendance.sentence = sentence_of(rule, attendance);
    return attendance;
}

}  // namespace huizhen::schedule
