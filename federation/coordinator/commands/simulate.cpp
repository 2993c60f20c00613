#include <iostream>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <huizhen/terminal/progress_bar.h>
#include <huizhen/terminal/report.h>
#include <huizhen/terminal/stop_signals.h>

#include "commands/commands.h"
#include "commands/plan_file.h"
#include "plans/plan_definition.h"
#include "simulation/simulation.h"

namespace huizhen::coordinator {
namespace {

struct Words {
    simulation::Options options;
    std::string file, task;
    std::uint32_t rounds = 0;
    bool sites_given = false;
};

Result<federation::v1::Plan> plan_of(const Words& words) {
    federation::v1::Plan plan = simulation::standard_plan();
    if (!words.file.empty()) {
        HZ_ASSIGN(plan, read_plan_file(words.file));
        if (plan.id().empty()) plan.set_id(simulation::standard_plan().id());
        if (plan.task().empty()) plan.set_task(simulation::standard_plan().task());
    }
    if (!words.task.empty()) plan.set_task(words.task);
    if (words.rounds != 0) plan.set_rounds(words.rounds);
    fill_defaults(plan);
    if (words.sites_given && plan.sites_size() > 0 &&
        static_cast<std::size_t>(plan.sites_size()) != words.options.sites) {
        return fail(ErrorCode::kInvalidArgument,
                    fmt::format("the plan names {} sites and --sites says {}: leave one of them out",
                                plan.sites_size(), words.options.sites));
    }
    return plan;
}

// Borrows the names.
std::vector<StageShare> shares_of(const std::vector<std::string>& stages) {
    std::vector<StageShare> shares;
    for (const std::string& stage : stages) shares.push_back({stage, 1});
    return shares;
}

ExitCode run(const Common& common, const Words& words) {
    const auto plan = plan_of(words);
    if (!plan) return report(plan.error(), exit_code_of_input(plan.error()));
    const StopSignals signals;
    const std::vector<std::string> stages = simulation::stages_of(*plan);
    ProgressBar progress(std::cerr, system_clock(), shares_of(stages), standard_error_style());
    ExitCode printed = ExitCode::kOk;
    const auto on_round = [&](const simulation::RoundReport& round) {
        progress.finish();
        if (!common.json && printed == ExitCode::kOk) printed = print(simulation::text_of(round));
    };
    const auto told = simulation::simulate(*plan, words.options, on_round, signals.token(), progress);
    progress.finish();
    if (!told) return report(told.error(), exit_code_of(told.error()));
    if (printed == ExitCode::kOk)
        printed = print(common.json ? simulation::json_of(*told) : simulation::ending_of(*told));
    if (printed != ExitCode::kOk) return printed;
    return told->sound() ? ExitCode::kOk : ExitCode::kInternal;
}

}  // namespace

void add_simulate(CLI::App& program, Common& common, Action& action) {
    const auto words = std::make_shared<Words>();
    simulation::Faults& faults = words->options.faults;
    CLI::App* command = program.add_subcommand(
        "simulate",
        "Plays a whole training with simulated sites in this process, on simulated time, with faults from a "
        "seed.\nNeeds no coordinator and leaves nothing behind. Shares and chances lie between 0 and 1.");
    const CLI::Option* sites = command->add_option("--sites", words->options.sites, "how many")
                                   ->check(CLI::Range(3, 1'000))
                                   ->capture_default_str();
    command->add_option("--rounds", words->rounds, "how many; the plan's, or 3")
        ->check(CLI::Range(1, 100'000));
    command->add_option("--plan", words->file, "a plan as JSON; its sites are simulated if it names any")
        ->check(CLI::ExistingFile);
    command->add_option("--task", words->task, "the plan's, or synthetic-linear/1");
    command->add_option("--seed", words->options.seed, "the same seed plays the same training")
        ->capture_default_str();
    command->add_option("--drop", faults.drop, "share of messages that are lost")
        ->check(CLI::Range(0.0, 0.9));
    command->add_option("--duplicate", faults.duplicate, "share of messages that come twice")
        ->check(CLI::Range(0.0, 1.0));
    command->add_option("--delay-ms", faults.delay_ms, "at most, each message by itself")
        ->check(CLI::Range(0, 3'600'000))
        ->capture_default_str();
    command
        ->add_option("--crash", faults.crash,
                     "chance at each input that whoever takes it is killed and comes back from its journal")
        ->check(CLI::Range(0.0, 0.5));
    command
        ->add_option("--dropout", faults.dropout,
                     "share of sites that vanish for good, each in the middle of some round")
        ->check(CLI::Range(0.0, 1.0));
    command->callback([words, sites, &common, &action] {
        words->sites_given = sites->count() > 0;
        action = [words, &common] { return run(common, *words); };
    });
}

}  // namespace huizhen::coordinator
