#include <fstream>
#include <iostream>
#include <sstream>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <huizhen/terminal/report.h>

#include "commands/daemon.h"
#include "commands/plan_file.h"
#include "commands/plan_text.h"
#include "commands/plan_watch.h"

namespace huizhen::coordinator {
namespace {

namespace v1 = federation::v1;
using Stub = v1::Coordinator::Stub;

struct Words {
    std::string id, file, task, reason;
    std::vector<std::string> sites;
    std::uint32_t rounds = 0;
    double epsilon = 0, clip_norm = 0;
    bool start = false, finished = false;
};

// From a JSON file, and what the command line says besides.
Result<v1::Plan> read_plan(const Words& words) {
    v1::Plan plan;
    if (!words.file.empty()) {
        HZ_ASSIGN(plan, read_plan_file(words.file));
    }
    if (!words.id.empty()) plan.set_id(words.id);
    if (!words.task.empty()) plan.set_task(words.task);
    if (words.rounds != 0) plan.set_rounds(words.rounds);
    if (!words.sites.empty()) *plan.mutable_sites() = {words.sites.begin(), words.sites.end()};
    if (words.clip_norm != 0) plan.mutable_privacy()->set_clip_norm(words.clip_norm);
    if (words.epsilon != 0) {
        plan.mutable_privacy()->set_enabled(true);
        plan.mutable_privacy()->set_epsilon(words.epsilon);
    }
    if (plan.id().empty() || plan.task().empty())
        return fail(ErrorCode::kInvalidArgument,
                    "a plan needs an id and a task: --id, --task, or both in --file");
    return plan;
}

void add_plan_words(CLI::App& command, Words& words) {
    command.add_option("--file", words.file, "the plan as JSON (packaging/docs/plan.md)");
    command.add_option("--id", words.id, "its name for ever, as in lungs-2026-12");
    command.add_option("--task", words.task, "what is learnt, as in ct-crops/1");
    command.add_option("--rounds", words.rounds, "how many");
    command.add_option("--site", words.sites, "invited; may be given again; none: all enrolled");
    command.add_option("--clip-norm", words.clip_norm, "L2 bound of one site's update");
    command.add_option("--epsilon", words.epsilon, "privacy of all rounds together, at delta 1e-5");
}

template <typename Call>
void on(CLI::App* command, Action& action, Call call) {
    command->callback([&action, call] { action = call; });
}

// Its id would be taken for ever by a plan that nobody can change.
ExitCode refuse_plan(const Common& common, v1::CheckPlanReply check) {
    const std::string id = check.plan().id();
    v1::CreatePlanReply reply;
    *reply.mutable_check() = std::move(check);
    const ExitCode printed = common.json ? print_json(reply) : print_words(check_text(reply.check()));
    if (printed != ExitCode::kOk) return printed;
    return report(Error(ErrorCode::kUntrustworthyInput, "plan-refused: plan " + id + " cannot start"),
                  ExitCode::kInputRefused);
}

ExitCode create(const Common& common, const Words& words) {
    auto plan = read_plan(words);
    if (!plan) return report(plan.error(), exit_code_of_input(plan.error()));
    auto daemon = Daemon::connect(common);
    if (!daemon) return report_daemon(daemon.error());
    v1::CheckPlanRequest asked;
    *asked.mutable_plan() = *plan;
    auto checked = daemon->call(&Stub::CheckPlan, asked);
    if (!checked) return report_daemon(checked.error());
    if (!checked->can_start()) return refuse_plan(common, std::move(*checked));
    v1::CreatePlanRequest request;
    *request.mutable_plan() = *plan;
    request.set_start(words.start);
    return ask_and_print<v1::CreatePlanRequest, v1::CreatePlanReply>(
        common, &Stub::CreatePlan, request, [](const v1::CreatePlanReply& reply) {
            return check_text(reply.check()) + status_text(reply.status());
        });
}

ExitCode check(const Common& common, const Words& words) {
    auto plan = read_plan(words);
    if (!plan) return report(plan.error(), exit_code_of_input(plan.error()));
    v1::CheckPlanRequest request;
    *request.mutable_plan() = *plan;
    return ask_and_print<v1::CheckPlanRequest, v1::CheckPlanReply>(common, &Stub::CheckPlan, request,
                                                                   check_text);
}

using PlanMethod = grpc::Status (Stub::*)(grpc::ClientContext*, const v1::PlanCommand&, v1::PlanStatus*);

}  // namespace

void add_plan(CLI::App& program, Common& common, Action& action) {
    const auto words = std::make_shared<Words>();
    CLI::App* plan = program.add_subcommand("plan", "Plans a training, starts it, watches it");
    plan->require_subcommand(1);

    CLI::App* check_command = plan->add_subcommand("check", "Computes what a plan would do; changes nothing");
    add_plan_words(*check_command, *words);
    on(check_command, action, [words, &common] { return check(common, *words); });

    CLI::App* create_command = plan->add_subcommand("create", "Keeps a plan");
    add_plan_words(*create_command, *words);
    create_command->add_flag("--start", words->start, "and starts it");
    on(create_command, action, [words, &common] { return create(common, *words); });

    CLI::App* list = plan->add_subcommand("list", "Lists plans");
    list->add_flag("--all", words->finished, "those that are over too");
    on(list, action, [words, &common] {
        v1::ListPlansRequest request;
        request.set_with_finished(words->finished);
        return ask_and_print<v1::ListPlansRequest, v1::ListPlansReply>(common, &Stub::ListPlans, request,
                                                                       plans_text);
    });

    const auto add_command = [&](const char* name, const char* help, PlanMethod method, bool with_reason) {
        CLI::App* command = plan->add_subcommand(name, help);
        command->add_option("id", words->id, "the plan")->required();
        if (with_reason) command->add_option("--reason", words->reason, "kept in the audit");
        on(command, action, [words, &common, method] {
            v1::PlanCommand request;
            request.set_plan(words->id);
            request.set_reason(words->reason);
            return ask_and_print<v1::PlanCommand, v1::PlanStatus>(common, method, request, status_text);
        });
    };
    add_command("start", "Starts or resumes a plan", &Stub::StartPlan, false);
    add_command("pause", "Ends the open round and begins no other", &Stub::PausePlan, true);
    add_command("cancel", "Ends a plan for good", &Stub::CancelPlan, true);

    CLI::App* schedule =
        plan->add_subcommand("schedule", "Lets a plan come again, by the calendar in its file");
    add_plan_words(*schedule, *words);
    on(schedule, action, [words, &common] {
        auto pattern = read_plan(*words);
        if (!pattern) return report(pattern.error(), exit_code_of_input(pattern.error()));
        v1::SchedulePlanRequest request;
        *request.mutable_plan() = *pattern;
        return ask_and_print<v1::SchedulePlanRequest, v1::SchedulesReply>(common, &Stub::SchedulePlan,
                                                                          request, schedules_text);
    });
    CLI::App* calendar = plan->add_subcommand("calendar", "Lists the plans that come again");
    on(calendar, action, [&common] {
        return ask_and_print<v1::SchedulesRequest, v1::SchedulesReply>(common, &Stub::ListSchedules, {},
                                                                       schedules_text);
    });

    CLI::App* watch =
        plan->add_subcommand("watch", "Shows a running plan until it is over; Ctrl-C leaves it running");
    watch->add_option("id", words->id, "the plan")->required();
    on(watch, action, [words, &common] { return watch_plan(common, words->id, true); });
    CLI::App* show = plan->add_subcommand("show", "Shows a plan as it is now");
    show->add_option("id", words->id, "the plan")->required();
    on(show, action, [words, &common] { return watch_plan(common, words->id, false); });
}

}  // namespace huizhen::coordinator
