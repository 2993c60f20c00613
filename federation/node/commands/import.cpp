#include <iostream>
#include <memory>
#include <sstream>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <huizhen/learning/tasks.h>
#include <huizhen/node/cases/case_store.h>
#include <huizhen/node/cases/site_keys.h>
#include <huizhen/terminal/progress_bar.h>
#include <huizhen/terminal/report.h>

#include "commands.h"

namespace huizhen::node {
namespace {

struct Arguments {
    std::string task, site;
    std::filesystem::path from, state;
    int held_out = 0;
    bool replace = false, json = false, quiet = false;
};

constexpr std::string_view kReading = "reading the cohort", kSealing = "sealing the cases";

std::string summary(const Arguments& arguments, const Cohort& cohort, const ImportCounts& counts) {
    const auto heads = *learning::heads_of(cohort.task);
    std::ostringstream out;
    out << cohort.task << ": added " << counts.added << ", changed " << counts.changed << ", already here "
        << counts.unchanged;
    if (arguments.replace) out << ", removed " << counts.removed;
    if (cohort.left_out > 0) out << "; left out " << cohort.left_out << " without a label that counts";
    const auto& now = counts.now;
    out << "\nnow " << now.cases << " cases of " << now.patients << " patients; " << now.held_out_cases
        << " of " << now.held_out_patients << " patients are held out for measuring\n";
    for (std::size_t head = 0; head < heads.size(); ++head) {
        out << "  " << heads[head] << ": " << now.positives[head] << " of " << now.known[head]
            << " positive\n";
    }
    if (now.held_out_cases == 0) {
        out << "no patient fell to the held-out part: this site can train, but not measure; bring more "
               "cases\n";
    }
    return out.str();
}

std::string as_json(const Cohort& cohort, const ImportCounts& counts) {
    const auto heads = *learning::heads_of(cohort.task);
    nlohmann::ordered_json json{{"task", cohort.task},
                                {"added", counts.added},
                                {"changed", counts.changed},
                                {"unchanged", counts.unchanged},
                                {"removed", counts.removed},
                                {"left_out", cohort.left_out},
                                {"cases", counts.now.cases},
                                {"patients", counts.now.patients},
                                {"held_out_cases", counts.now.held_out_cases},
                                {"held_out_patients", counts.now.held_out_patients}};
    for (std::size_t head = 0; head < heads.size(); ++head) {
        json["heads"][heads[head]] = {{"known", counts.now.known[head]},
                                      {"positives", counts.now.positives[head]}};
    }
    return json.dump() + "\n";
}

ExitCode run(const Arguments& arguments) {
    ProgressBar bar(std::cerr, system_clock(), {{kReading, 3}, {kSealing, 1}}, standard_error_style());
    ProgressSink& progress = arguments.quiet ? silent_progress() : bar;
    progress.advance(kReading, 0, 1);
    auto cohort = read_cohort(arguments.from, arguments.task,
                              arguments.site.empty() ? std::nullopt : std::optional(arguments.site));
    if (!cohort) {
        bar.finish();
        return report(cohort.error(), exit_code_of_input(cohort.error()));
    }
    hold_out(*cohort, arguments.held_out);
    progress.advance(kSealing, 0, 1);
    const auto ring = open_site_keys(arguments.state, system_random());
    if (!ring) {
        bar.finish();
        return report(ring.error(), exit_code_of(ring.error()));
    }
    const auto counts = CaseStore(arguments.state, *ring, system_random())
                            .import(*cohort, arguments.replace ? ImportMode::kReplace : ImportMode::kAdd);
    progress.advance(kSealing, 1, 1);
    bar.finish();
    if (!counts) {
        const bool nothing_to_import = cohort->cases.empty();
        return report(counts.error(),
                      nothing_to_import ? ExitCode::kInputRefused : exit_code_of(counts.error()));
    }
    return print(arguments.json ? as_json(*cohort, *counts) : summary(arguments, *cohort, *counts));
}

}  // namespace

void add_import(CLI::App& program, Action& action) {
    const auto arguments = std::make_shared<Arguments>();
    CLI::App* command = program.add_subcommand(
        "import", "Sets cases aside, sealed, for training together with other hospitals");
    command->add_option("--task", arguments->task, "what they are for")
        ->required()
        ->check(CLI::IsMember(learning::importable_tasks()));
    command->add_option("--from", arguments->from, "folder with the cases: see packaging/docs/import.md")
        ->required();
    command->add_option("--state", arguments->state, "the node's data folder; made where it is absent")
        ->required();
    command->add_option("--site,--manufacturer,--hospital", arguments->site,
                        "only the cases of this scanner maker or hospital");
    command
        ->add_option("--held-out-fold", arguments->held_out,
                     "which fifth of the patients measures instead of training: another than 0 for "
                     "cross-validation alone, the same at all hospitals")
        ->check(CLI::Range(0, learning::kFolds - 1));
    command->add_flag("--replace", arguments->replace, "cases of the task that are not in the folder go");
    command->add_flag("--json", arguments->json, "counts as JSON");
    command->add_flag("--quiet", arguments->quiet, "no progress on standard error");
    command->footer(
        std::string("The same import again changes nothing. No name or number of a patient is kept.\n") +
        exit_codes_help());
    command->callback([arguments, &action] { action = [arguments] { return run(*arguments); }; });
}

}  // namespace huizhen::node
