#include <CLI/CLI.hpp>
#include <malloc.h>

#include <huizhen/base/logging.h>
#include <huizhen/terminal/core_files.h>
#include <huizhen/terminal/report.h>
#include <huizhen/terminal/stop_signals.h>

#include "commands/commands.h"
#include "service/coordinator.h"
#include "version.h"

namespace huizhen::coordinator {
namespace {

// Hundreds of sites' chunks come and go on many threads. What glibc keeps of freed memory for each thread
// would be several times what is in use.
void give_freed_memory_back() {
    ::mallopt(M_ARENA_MAX, 2);
    ::mallopt(M_MMAP_THRESHOLD, 1 << 20);  // fixed: by itself it grows with the first model that is freed
    ::mallopt(M_TRIM_THRESHOLD, 1 << 20);
}

ExitCode serve(const Common& common) {
    forbid_core_files();
    give_freed_memory_back();
    const StopSignals signals;
    auto coordinator = Coordinator::open(common.state, system_clock(), system_random());
    if (!coordinator) return report(coordinator.error(), exit_code_of(coordinator.error()));
    const Status ended = (*coordinator)
                             ->serve(
                                 [&common](int port) {
                                     log::info("serving", {{"version", software_version()},
                                                           {"port", std::to_string(port)},
                                                           {"state", common.state}});
                                 },
                                 signals.token());
    if (!ended) return report(ended.error(), exit_code_of(ended.error()));
    log::info("stopped");
    return ExitCode::kOk;
}

}  // namespace

void add_serve(CLI::App& program, Common& common, Action& action) {
    CLI::App* command = program.add_subcommand("serve", "Runs the coordinator until SIGTERM or Ctrl-C");
    command->callback([&common, &action] { action = [&common] { return serve(common); }; });
}

}  // namespace huizhen::coordinator
