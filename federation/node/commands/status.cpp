#include <memory>
#include <sstream>

#include <CLI/CLI.hpp>

#include <huizhen/base/cpu.h>
#include <huizhen/node/diagnosis/models.h>
#include <huizhen/node/version.h>
#include <huizhen/terminal/report.h>

#include "commands.h"

namespace huizhen::node {
namespace {

ExitCode run(const std::string& named) {
    EngineRuntime engine;
    std::ostringstream out;
    out << "huizhen-node " << software_version() << '\n'
        << "Processor: " << cpu_level_name(cpu_level()) << (cpu_has_vnni() ? ", VNNI" : "") << ", "
        << engine.executor().thread_count() << " threads\n"
        << "Backends, best first: " << engine.context().backend_names() << '\n'
        << "Runs on: " << engine.backend().runs_on << '\n';
    if (const std::string& why = engine.backend().why_not_cuda; !why.empty()) {
        out << "CUDA: not used: " << why << '\n';
    }
    const std::filesystem::path folder =
        named.empty() ? default_models_folder() : std::filesystem::path(named);
    if (folder.empty()) {
        out << "Models: none installed; name their folder with --models or HUIZHEN_MODELS\n";
        const ExitCode printed = print(out.str());
        return printed == ExitCode::kOk ? ExitCode::kEnvironment : printed;
    }
    const auto models = Models::load(folder, engine);
    if (!models) {
        const ExitCode printed = print(out.str());
        return printed == ExitCode::kOk ? report(models.error(), exit_code_of(models.error())) : printed;
    }
    out << "Models in " << folder.string() << ":\n";
    for (const ModelIdentity& model : models->identities()) {
        out << "  " << model.role << ": " << model.name << ", " << model.members << " members, sha256 "
            << model.sha256 << '\n';
    }
    return print(out.str());
}

}  // namespace

void add_status(CLI::App& program, Action& action) {
    const auto folder = std::make_shared<std::string>();
    CLI::App* command =
        program.add_subcommand("status", "Says which backend, processor features and models are in use");
    command->add_option("--models", *folder, "folder with the trained networks");
    command->footer(exit_codes_help());
    command->callback([folder, &action] { action = [folder] { return run(*folder); }; });
}

}  // namespace huizhen::node
