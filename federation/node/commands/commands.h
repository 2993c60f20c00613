#pragma once

// The subcommands of huizhen-node. Each adds itself to the program and, when chosen, sets `action`: what to
// run after parsing, returning the exit code.

#include <functional>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include <huizhen/terminal/exit_code.h>

namespace huizhen::node {

using Action = std::function<ExitCode()>;

void add_diagnose(CLI::App& program, Action& action);
void add_phantom(CLI::App& program, Action& action);
void add_status(CLI::App& program, Action& action);
void add_train(CLI::App& program, Action& action);
void add_evaluate(CLI::App& program, Action& action);
void add_import(CLI::App& program, Action& action);
void add_enrol(CLI::App& program, Action& action);
void add_federate(CLI::App& program, Action& action);
void add_federation(CLI::App& program, Action& action);  // status, policy, models, ledger, and orders

}  // namespace huizhen::node
