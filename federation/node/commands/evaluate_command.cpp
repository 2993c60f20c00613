#include <cstdlib>
#include <iostream>
#include <memory>
#include <sstream>

#include <CLI/CLI.hpp>

#include <huizhen/node/commands/evaluate.h>
#include <huizhen/node/diagnosis/models.h>
#include <huizhen/terminal/progress_bar.h>
#include <huizhen/terminal/report.h>
#include <huizhen/terminal/stop_signals.h>

#include "commands.h"

namespace huizhen::node {
namespace {

struct Arguments {
    EvaluateRequest request;
    std::size_t threads = 0;
    bool json = false, quiet = false;
};

ExitCode run(Arguments arguments) {
    if (arguments.request.model.empty()) arguments.request.model = default_models_folder();
    if (arguments.request.model.empty()) {
        return report(Error(ErrorCode::kNotFound, "no models installed; name their folder with --model"),
                      ExitCode::kEnvironment);
    }
    const StopSignals signals;
    EngineRuntime engine(arguments.threads);
    ProgressBar bar(std::cerr, system_clock(), {{"measuring nodules", 5}, {"asking the members", 1}},
                    standard_error_style());
    ProgressSink& progress = arguments.quiet ? silent_progress() : bar;
    const auto evaluation = evaluate(arguments.request, engine, signals.token(), progress);
    bar.finish();
    if (!evaluation) return report(evaluation.error(), exit_code_of(evaluation.error()));
    if (arguments.json) return print(to_json(*evaluation) + "\n");
    std::ostringstream table;
    write_table(*evaluation, table);
    return print(table.str());
}

}  // namespace

void add_evaluate(CLI::App& program, Action& action) {
    const auto arguments = std::make_shared<Arguments>();
    EvaluateRequest& request = arguments->request;
    if (const char* data = std::getenv("HUIZHEN_DATA")) request.data = data;
    CLI::App* command =
        program.add_subcommand("evaluate", "Says what the models are worth on patients they never saw");
    command->add_option("--data", request.data, "folder with the research cohorts (or HUIZHEN_DATA)")
        ->required(request.data.empty());
    command->add_option("--model", request.model, "folder with the trained networks");
    command->add_option("--split", request.split, "labels_<split>.csv of each cohort")->capture_default_str();
    command->add_option("--resamples", request.resamples, "of the bootstrap")
        ->check(CLI::Range(0, 100000))
        ->capture_default_str();
    command->add_option("--seed", request.seed, "of the bootstrap")->capture_default_str();
    command->add_option("--threads", arguments->threads, "0: one per processor")->capture_default_str();
    command->add_flag("--json", arguments->json, "figures as JSON");
    command->add_flag("--quiet", arguments->quiet, "no progress on standard error");
    command->footer(exit_codes_help());
    command->callback([arguments, &action] { action = [arguments] { return run(*arguments); }; });
}

}  // namespace huizhen::node
