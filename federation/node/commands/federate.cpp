#include <atomic>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <thread>

#include <CLI/CLI.hpp>

#include <huizhen/base/logging.h>
#include <huizhen/node/cases/site_keys.h>
#include <huizhen/node/version.h>
#include <huizhen/site/daemon.h>
#include <huizhen/terminal/core_files.h>
#include <huizhen/terminal/progress_bar.h>
#include <huizhen/terminal/report.h>
#include <huizhen/terminal/stop_signals.h>

#include "commands.h"
#include "status_line.h"
#include "workshop.h"

namespace huizhen::node {
namespace {

// After this, what still computes is cut off: the state is whole at any moment.
constexpr std::chrono::milliseconds kGrace{700}, kLook{20};

struct FederateArguments {
    std::string state;
    bool quiet = false;
};

// Ends the program when `stop` was asked for and the orderly end takes too long.
class Deadline {
  public:
    explicit Deadline(const std::stop_token& stop) : asked_by_(stop, [this] { asked_ = true; }) {
        thread_ = std::jthread([this](const std::stop_token& ended) {
            std::chrono::milliseconds since{0};
            while (!ended.stop_requested() && since < kGrace) {
                std::this_thread::sleep_for(kLook);
                if (asked_) since += kLook;
            }
            if (!ended.stop_requested()) std::_Exit(static_cast<int>(ExitCode::kOk));
        });
    }

  private:
    std::atomic<bool> asked_ = false;
    std::stop_callback<std::function<void()>> asked_by_;
    std::jthread thread_;  // the first to go
};

Status federate(const FederateArguments& arguments, const std::stop_token& stop) {
    HZ_ASSIGN(const std::string name, site::site_name(arguments.state));
    HZ_ASSIGN(const vault::KeyRing ring, open_site_keys(arguments.state, system_random()));
    EngineRuntime engine;
    NodeTasks tasks(arguments.state, name, ring, engine.context());
    HZ_ASSIGN(site::Daemon daemon, site::Daemon::open(arguments.state, {&ring, &tasks, &engine.executor(),
                                                                        std::string(software_version())}));
    const ProgressBar::Style style = standard_error_style();
    std::optional<StatusLine> line;
    if (!arguments.quiet && style.terminal) {
        log::set_level(log::Level::kWarning);
        line.emplace(std::cerr, style.columns, [&] { return daemon.line(); });
    }
    log::info("federate", {{"site", name}, {"coordinator", daemon.coordinator()}});
    const Deadline deadline(stop);
    HZ_TRY(daemon.serve(stop));
    log::info("federate-ended", {});
    return {};
}

ExitCode run(const FederateArguments& arguments) {
    forbid_core_files();
    const StopSignals signals;
    const Status ended = federate(arguments, signals.token());
    return ended ? ExitCode::kOk : report(ended.error(), exit_code_of(ended.error()));
}

}  // namespace

void add_federate(CLI::App& program, Action& action) {
    const auto arguments = std::make_shared<FederateArguments>();
    CLI::App* command = program.add_subcommand(
        "federate", "Takes part in the federation until it is stopped: the daemon part");
    command->add_option("--state", arguments->state, "the node's data folder")->required();
    command->add_flag("--quiet", arguments->quiet, "no progress line on a terminal");
    command->footer(exit_codes_help());
    command->callback([arguments, &action] { action = [arguments] { return run(*arguments); }; });
}

}  // namespace huizhen::node
