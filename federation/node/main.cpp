// huizhen-node: the hospital's program.

#include <CLI/CLI.hpp>

#include <huizhen/node/backend_choice.h>
#include <huizhen/node/version.h>
#include <huizhen/terminal/report.h>
#include <huizhen/terminal/run_program.h>

#include "commands/commands.h"

namespace huizhen::node {
namespace {

ExitCode run(int argc, char** argv) {
    CLI::App program(
        "Huizhen node: reads chest CT on the hospital's own machine.\n" + std::string(kIntendedUse),
        "huizhen-node");
    program.set_version_flag("--version", "huizhen-node " + std::string(software_version()));
    program.require_subcommand(1);
    program.footer(exit_codes_help());
    Action action;
    add_diagnose(program, action);
    add_phantom(program, action);
    add_status(program, action);
    add_train(program, action);
    add_evaluate(program, action);
    add_import(program, action);
    add_enrol(program, action);
    add_federate(program, action);
    add_federation(program, action);
    try {
        program.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        // --help and --version come this way too, with exit code 0.
        return program.exit(error) == 0 ? ExitCode::kOk : ExitCode::kUsage;
    }
    if (const auto wish = wished_backend(); !wish) return report(wish.error(), ExitCode::kUsage);
    return action();
}

}  // namespace
}  // namespace huizhen::node

int main(int argc, char** argv) {
    return huizhen::run_program([=] { return huizhen::node::run(argc, argv); });
}
