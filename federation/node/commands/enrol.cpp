#include <condition_variable>
#include <iostream>
#include <memory>
#include <mutex>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <huizhen/base/clock.h>
#include <huizhen/site/enrol.h>
#include <huizhen/terminal/progress_bar.h>
#include <huizhen/terminal/report.h>
#include <huizhen/terminal/stop_signals.h>

#include "commands.h"
#include "read_code.h"

namespace huizhen::node {
namespace {

using std::chrono::seconds;

constexpr seconds kFirstWait{2}, kLongestWait{30};

struct EnrolArguments {
    std::string state, proxy;
    bool json = false;
};

// Waits longer each time, and says so.
class Waiting {
  public:
    explicit Waiting(std::stop_token stop) : stop_(std::move(stop)) {}
    ~Waiting() { clear(); }

    Status wait() {
        const auto waited = std::chrono::duration_cast<seconds>(system_clock().steady_now() - began_).count();
        if (terminal_) {
            std::cerr << "\rWaiting for approval, " << waited << " s (Ctrl-C: go on later) " << std::flush;
        } else if (patience_ == kFirstWait) {
            std::cerr << "Waiting for approval\n";
        }
        const seconds now = patience_;
        patience_ = std::min(patience_ * 2, kLongestWait);
        std::mutex mutex;
        std::condition_variable_any nothing;
        std::unique_lock lock(mutex);
        nothing.wait_for(lock, stop_, now, [&] { return stop_.stop_requested(); });
        if (!stop_.stop_requested()) return {};
        return fail(
            ErrorCode::kCancelled,
            "the request stays with the coordinator; run `huizhen-node enrol` again to go on waiting");
    }
    void clear() {
        if (terminal_) std::cerr << "\r\x1b[K" << std::flush;
    }

  private:
    std::stop_token stop_;
    bool terminal_ = standard_error_style().terminal;
    std::chrono::steady_clock::time_point began_ = system_clock().steady_now();
    seconds patience_ = kFirstWait;
};

ExitCode run(const EnrolArguments& arguments) {
    const StopSignals signals;
    Waiting waiting(signals.token());
    site::EnrolDialogue dialogue;
    dialogue.invitation = [] { return read_code("Invitation code (it is not shown): "); };
    dialogue.show = [](const std::string& coordinator, const std::string& site, const std::string& code) {
        std::cerr << "Coordinator: " << coordinator << "\nThis site:   " << site << "\nKey:         " << code
                  << "\nRead the key to the coordinator by telephone: it is approved only if it is the same "
                     "there.\n";
    };
    dialogue.wait = [&] { return waiting.wait(); };
    const auto proxy = arguments.proxy.empty() ? std::nullopt : std::optional(arguments.proxy);
    const auto enrolled = site::enrol(arguments.state, proxy, dialogue);
    waiting.clear();
    if (!enrolled) return report(enrolled.error(), exit_code_of_input(enrolled.error()));
    if (arguments.json) {
        const nlohmann::ordered_json json = {
            {"site", enrolled->site}, {"coordinator", enrolled->coordinator}, {"state", "enrolled"}};
        return print(json.dump() + "\n");
    }
    return print("Enrolled as " + enrolled->site + ". Next: huizhen-node federate --state " +
                 arguments.state + "\n");
}

}  // namespace

void add_enrol(CLI::App& program, Action& action) {
    const auto arguments = std::make_shared<EnrolArguments>();
    CLI::App* command = program.add_subcommand(
        "enrol", "Makes this node a site of a federation; the invitation code comes on standard input");
    command->add_option("--state", arguments->state, "the node's data folder")->required();
    command->add_option("--proxy", arguments->proxy,
                        "http://HOST:PORT spoken to with HTTP CONNECT; absent: as https_proxy says");
    command->add_flag("--json", arguments->json, "print JSON");
    command->footer(exit_codes_help());
    command->callback([arguments, &action] { action = [arguments] { return run(*arguments); }; });
}

}  // namespace huizhen::node
