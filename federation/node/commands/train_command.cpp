#include <cstdlib>
#include <iostream>
#include <memory>
#include <sstream>

#include <CLI/CLI.hpp>

#include <huizhen/base/logging.h>
#include <huizhen/node/commands/train.h>
#include <huizhen/terminal/progress_bar.h>
#include <huizhen/terminal/report.h>
#include <huizhen/terminal/stop_signals.h>

#include "commands.h"
#include "member_store.h"

namespace huizhen::node {
namespace {

using Train = Status (*)(const TrainRequest&, const TrainContext&);

struct Arguments {
    TrainRequest request;
    int members = 0;
    std::size_t threads = 0;
    bool quiet = false;
};

// Members weigh the same; reading the cohort is small beside them. Names are those of the stages in
// train_*.cpp.
class Stages {
  public:
    explicit Stages(int members) {
        for (int member = 0; member < members; ++member) names_.push_back(member_stage(member, members));
    }
    std::vector<StageShare> shares() const {
        std::vector<StageShare> shares{{"measuring nodules", 1}};
        for (const std::string& name : names_) shares.push_back({name, 1});
        return shares;
    }

  private:
    std::vector<std::string> names_;
};

ExitCode run(const Arguments& arguments, Train train) {
    const StopSignals signals;
    EngineRuntime engine(arguments.threads);
    const Stages stages(arguments.members);
    ProgressBar bar(std::cerr, system_clock(), stages.shares(), standard_error_style());
    ProgressSink& progress = arguments.quiet ? silent_progress() : bar;
    if (!arguments.quiet && standard_error_style().terminal)
        log::set_level(log::Level::kWarning);  // the bar has the line
    std::ostringstream figures;
    const Status status = train(arguments.request, {engine, progress, figures, signals.token()});
    bar.finish();
    if (!status) return report(status.error(), exit_code_of(status.error()));
    return print(figures.str());
}

void add_model(CLI::App& train, Action& action, const char* name, const char* what, int members,
               Train function) {
    const auto arguments = std::make_shared<Arguments>();
    arguments->members = members;
    if (const char* data = std::getenv("HUIZHEN_DATA")) arguments->request.data = data;
    CLI::App* command = train.add_subcommand(name, what);
    command
        ->add_option("--data", arguments->request.data, "folder with the research cohorts (or HUIZHEN_DATA)")
        ->required(arguments->request.data.empty());
    command->add_option("--out", arguments->request.out, "folder for the members")->required();
    command->add_option("--seed", arguments->request.seed, "same seed, same weights")->capture_default_str();
    command->add_option("--threads", arguments->threads, "0: one per processor")->capture_default_str();
    command->add_flag("--resume", arguments->request.resume, "go on where a stopped run left off");
    command->add_flag("--quiet", arguments->quiet, "no progress on standard error");
    command->footer(exit_codes_help());
    command->callback([arguments, function, &action] {
        action = [arguments, function] { return run(*arguments, function); };
    });
}

}  // namespace

void add_train(CLI::App& program, Action& action) {
    CLI::App* train = program.add_subcommand("train", "Makes the models from the research cohorts");
    train->require_subcommand(1);
    add_model(*train, action, "ct", "Malignancy and attributes, from lidc-nodules and lidc-crops", kCtMembers,
              train_ct);
    add_model(*train, action, "nodule-classifier", "Nodule or not, from luna-patches", kNoduleMembers,
              train_nodule_classifier);
}

}  // namespace huizhen::node
