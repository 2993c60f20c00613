// huizhen-coordinator: the federation's program.

#include <CLI/CLI.hpp>

#include <huizhen/terminal/run_program.h>

#include "commands/commands.h"
#include "version.h"

namespace huizhen::coordinator {
namespace {

ExitCode run(int argc, char** argv) {
    CLI::App program(
        "Huizhen coordinator: hospitals train one model, and nobody sees anybody's data.\n"
        "For research use only; models that come of it are not medical devices.",
        "huizhen-coordinator");
    program.set_version_flag("--version", "huizhen-coordinator " + software_version());
    program.require_subcommand(1);
    program.fallthrough();
    program.footer(exit_codes_help());
    Common common;
    program.add_option("--state", common.state, "the coordinator's folder")->capture_default_str();
    program.add_flag("--json", common.json, "answers as JSON");
    Action action;
    add_init(program, common, action);
    add_serve(program, common, action);
    add_status(program, common, action);
    add_sites(program, common, action);
    add_plan(program, common, action);
    add_models(program, common, action);
    add_audit(program, common, action);
    add_preflight(program, common, action);
    add_simulate(program, common, action);
    try {
        program.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        // --help and --version come this way too, with exit code 0.
        return program.exit(error) == 0 ? ExitCode::kOk : ExitCode::kUsage;
    }
    return action();
}

}  // namespace
}  // namespace huizhen::coordinator

int main(int argc, char** argv) {
    return huizhen::run_program([=] { return huizhen::coordinator::run(argc, argv); });
}
