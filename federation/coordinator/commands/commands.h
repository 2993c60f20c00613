#pragma once

// The subcommands of huizhen-coordinator. Each adds itself to the program and, when chosen, sets `action`.

#include <functional>
#include <string>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include <huizhen/terminal/exit_code.h>

namespace huizhen::coordinator {

using Action = std::function<ExitCode()>;

// What every command shares.
struct Common {
    std::string state = "/var/lib/huizhen-coordinator";
    bool json = false;
};

void add_init(CLI::App& program, Common& common, Action& action);  // init, rotate-issuer
void add_serve(CLI::App& program, Common& common, Action& action);
void add_sites(CLI::App& program, Common& common, Action& action);   // invite, sites, approve, refuse, revoke
void add_plan(CLI::App& program, Common& common, Action& action);    // plan ..., round
void add_models(CLI::App& program, Common& common, Action& action);  // models ...
void add_status(CLI::App& program, Common& common, Action& action);
void add_audit(CLI::App& program, Common& common, Action& action);
void add_preflight(CLI::App& program, Common& common, Action& action);
void add_simulate(CLI::App& program, Common& common, Action& action);

}  // namespace huizhen::coordinator
