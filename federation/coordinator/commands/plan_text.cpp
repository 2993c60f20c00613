#include "plan_text.h"

#include <cmath>

#include <federation/v1/coordinator.pb.h>
#include <fmt/format.h>

#include "commands/table.h"

namespace huizhen::coordinator {
namespace {

namespace v1 = federation::v1;

std::string state_text(v1::PlanState state) {
    switch (state) {
        case v1::PLAN_STATE_UNSPECIFIED: return "unreadable";
        case v1::PLAN_STATE_CREATED: return "draft";
        case v1::PLAN_STATE_SCHEDULED: return "scheduled";
        case v1::PLAN_STATE_RUNNING: return "running";
        case v1::PLAN_STATE_PAUSED: return "paused";
        case v1::PLAN_STATE_WAITING_FOR_DECISION: return "waits for a decision";
        case v1::PLAN_STATE_FINISHED: return "finished";
        case v1::PLAN_STATE_CANCELLED: return "cancelled";
        case v1::PLAN_STATE_FAILED: return "failed";
        default: return "?";
    }
}

std::string phase_text(v1::RoundPhase phase) {
    switch (phase) {
        case v1::ROUND_PHASE_PROPOSE: return "proposing";
        case v1::ROUND_PHASE_ADVERTISE_KEYS: return "keys";
        case v1::ROUND_PHASE_SHARE_KEYS: return "shares";
        case v1::ROUND_PHASE_TRAIN: return "training";
        case v1::ROUND_PHASE_UPLOAD: return "training and uploading";
        case v1::ROUND_PHASE_SURVIVORS: return "survivors";
        case v1::ROUND_PHASE_UNMASK: return "unmasking";
        case v1::ROUND_PHASE_AGGREGATE: return "aggregating";
        case v1::ROUND_PHASE_VALIDATE: return "validating";
        case v1::ROUND_PHASE_DECIDE: return "deciding";
        case v1::ROUND_PHASE_DONE: return "done";
        default: return "waiting";
    }
}

std::string duration_text(std::uint64_t seconds) {
    if (seconds < 100) return fmt::format("{} s", seconds);
    if (seconds < 6000) return fmt::format("{} min", (seconds + 30) / 60);
    return fmt::format("{} h", (seconds + 1800) / 3600);
}

// A bound that holds for certain has probability zero.
std::string bound_text(double log2) { return std::isinf(log2) ? "certain" : fmt::format("2^{:.1f}", log2); }

std::string left_out_text(const v1::LeftOut& left) {
    return fmt::format("  left out: {} ({}): {}\n", left.site(), left.name(), left.sentence());
}

}  // namespace

std::string check_text(const v1::CheckPlanReply& reply) {
    std::string text;
    if (reply.sites() > 0) {
        text += fmt::format(
            "{} sites; each masks with {}; {} shares give a secret back; a quorum of {} must finish, {} may "
            "drop out\n"
            "That a round shows a site's update to the assumed corrupt sites: {}; that an honest round "
            "fails: {}\n"
            "A site and round: {} down, {} up\n",
            reply.sites(), reply.neighbours(), reply.threshold(), reply.quorum(), reply.tolerated_dropouts(),
            std::isinf(reply.log2_insecurity()) ? "impossible" : bound_text(reply.log2_insecurity()),
            std::isinf(reply.log2_failure()) ? "impossible" : bound_text(reply.log2_failure()),
            bytes_text(reply.download_bytes_per_site_and_round()),
            bytes_text(reply.upload_bytes_per_site_and_round()));
    }
    if (reply.epsilon() > 0)
        text += fmt::format("Privacy of all rounds: epsilon {:.2f} at delta {:g}, noise multiplier {:.3f}\n",
                            reply.epsilon(), reply.delta(), reply.noise_multiplier());
    for (const v1::Finding& finding : reply.findings()) {
        const char* kind = finding.severity() == v1::Finding::SEVERITY_BLOCKING  ? "blocks"
                           : finding.severity() == v1::Finding::SEVERITY_WARNING ? "warning"
                                                                                 : "note";
        text += fmt::format("{}: {}: {}\n", kind, finding.name(), finding.sentence());
    }
    return text + (reply.can_start() ? "It can start.\n" : "It cannot start.\n");
}

std::string plans_text(const v1::ListPlansReply& reply) {
    std::vector<Row> rows = {{"PLAN", "TASK", "STATE", "ROUND", "STARTED", "MODEL"}};
    for (const v1::PlanStatus& plan : reply.plans())
        rows.push_back({plan.plan(), plan.definition().task(),
                        state_text(plan.state()) +
                            (plan.state() == v1::PLAN_STATE_UNSPECIFIED ? ": " + plan.reason() : ""),
                        fmt::format("{} of {}", plan.round(), plan.rounds()),
                        time_text(plan.started_unix_ms()), short_digest(plan.model())});
    return rows.size() == 1 ? "No plans; `huizhen-coordinator plan create` makes one.\n" : table(rows);
}

std::string schedules_text(const v1::SchedulesReply& reply) {
    std::vector<Row> rows = {{"PLAN", "WHEN", "NEXT (UTC)"}};
    for (const v1::Schedule& schedule : reply.schedules())
        rows.push_back({schedule.plan(), schedule.calendar(), time_text(schedule.next_unix_ms())});
    return rows.size() == 1 ? "No plan comes again by itself.\n" : table(rows);
}

std::string status_text(const v1::PlanStatus& status) {
    std::string text = fmt::format("{}: {}", status.plan(), state_text(status.state()));
    if (!status.reason().empty()) text += ": " + status.reason();
    text += '\n';
    for (const v1::RoundSummary& round : status.history()) {
        text +=
            fmt::format("round {}{}: {} in {:.1f} s, {} sites{}\n", round.round(),
                        round.attempt() > 1 ? fmt::format(", attempt {}", round.attempt()) : "",
                        round.failure().empty() ? "model " + short_digest(round.model()) : round.failure(),
                        static_cast<double>(round.milliseconds()) / 1000, round.included_size(),
                        round.left_out_size() > 0 ? fmt::format(", {} left out", round.left_out_size()) : "");
        for (const v1::LeftOut& left : round.left_out()) text += left_out_text(left);
    }
    if (status.state() != v1::PLAN_STATE_RUNNING && status.state() != v1::PLAN_STATE_PAUSED) return text;
    text += progress_line(status) + '\n';
    if (status.sites_size() > 0) {
        std::vector<Row> rows = {{"SITE", "CONNECTED", "PHASE", "MOVED", "RATE", "LEFT"}};
        for (const v1::SiteProgress& site : status.sites()) {
            const bool moving = site.bytes_total() > 0;
            rows.push_back(
                {site.site(), site.connected() ? "yes" : "no", phase_text(site.phase()),
                 moving ? bytes_text(site.bytes_done()) + " of " + bytes_text(site.bytes_total()) : "",
                 moving ? bytes_text(static_cast<std::uint64_t>(site.bytes_per_second())) + "/s" : "",
                 site.seconds_left() > 0 ? duration_text(site.seconds_left()) : ""});
        }
        text += table(rows);
    }
    for (const v1::LeftOut& left : status.left_out()) text += left_out_text(left);
    return text;
}

std::string progress_line(const v1::PlanStatus& status) {
    int answered = 0, connected = 0;
    for (const v1::SiteProgress& site : status.sites()) {
        answered += site.answered() ? 1 : 0;
        connected += site.connected() ? 1 : 0;
    }
    std::string line = fmt::format("round {} of {}{}: {}, {} of {} sites done, {} connected", status.round(),
                                   status.rounds(),
                                   status.attempt() > 1 ? fmt::format(", attempt {}", status.attempt()) : "",
                                   phase_text(status.phase()), answered, status.sites_size(), connected);
    if (status.seconds_left() > 0) line += ", about " + duration_text(status.seconds_left()) + " left";
    return line;
}

}  // namespace huizhen::coordinator
