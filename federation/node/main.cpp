// huizhen-node: the hospital's program.

#include <csignal>
#include <exception>
#include <iostream>
#include <new>

#include <CLI/CLI.hpp>

#include <huizhen/node/backend_choice.h>
#include <huizhen/node/version.h>
#include <huizhen/terminal/report.h>

#include "commands/commands.h"

namespace huizhen::node {
namespace {

ExitCode run_program(int argc, char** argv) {
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
    using huizhen::ExitCode;
    // A file-size limit shall give an error to report, like a full disk, not end the program.
    std::signal(SIGXFSZ, SIG_IGN);
    // So shall a reader of the output who goes away: what is half made must still be taken back.
    std::signal(SIGPIPE, SIG_IGN);
    ExitCode code = ExitCode::kInternal;
    try {
        code = huizhen::node::run_program(argc, argv);
    } catch (const std::bad_alloc&) {
        code = report(huizhen::Error(huizhen::ErrorCode::kOutOfMemory, "not enough memory for this scan"),
                      ExitCode::kEnvironment);
    } catch (const std::exception& error) {
        code = report(huizhen::Error(huizhen::ErrorCode::kInternal, error.what()), ExitCode::kInternal);
    }
    return static_cast<int>(code);
}
