#include <charconv>
#include <memory>

#include <CLI/CLI.hpp>
#include <pwd.h>
#include <unistd.h>

#include <huizhen/site/orders.h>
#include <huizhen/site/report.h>
#include <huizhen/terminal/report.h>

#include "commands.h"

namespace huizhen::node {
namespace {

using site::Form;
using site::Order;

struct Words {
    std::string state, task, model;
    bool json = false, sure = false;

    Form form() const { return json ? Form::kJson : Form::kText; }
};
using Shared = std::shared_ptr<Words>;

ExitCode show(const Result<std::string>& answer) {
    return answer ? print(*answer) : report(answer.error(), exit_code_of_input(answer.error()));
}

std::string account() {
    const passwd* entry = ::getpwuid(::geteuid());
    return entry != nullptr ? entry->pw_name : "uid " + std::to_string(::geteuid());
}

std::optional<Sha256Digest> digest_of(std::string_view text) {
    Sha256Digest digest{};
    if (text.size() != 2 * digest.size()) return std::nullopt;
    for (std::size_t i = 0; i < digest.size(); ++i) {
        const char* first = text.data() + 2 * i;
        const auto [end, error] = std::from_chars(first, first + 2, digest[i], 16);
        if (error != std::errc() || end != first + 2) return std::nullopt;
    }
    return digest;
}

ExitCode give(Order::Kind kind, const Words& words) {
    Order order{kind, words.task, {}, account()};
    if (!words.model.empty()) {
        const auto digest = digest_of(words.model);
        if (!digest) {
            return report(Error(ErrorCode::kInvalidArgument, "a model is named by 64 hexadecimal digits"),
                          ExitCode::kUsage);
        }
        order.model = *digest;
    }
    if (kind == Order::Kind::kLeave && !words.sure) {
        return report(Error(ErrorCode::kInvalidArgument,
                            "this removes the site's key and certificate; say --yes to leave the federation"),
                      ExitCode::kUsage);
    }
    const auto done = site::give_order(words.state, order, system_clock(), system_random());
    if (!done) return report(done.error(), exit_code_of_input(done.error()));
    std::string what = "done";
    if (*done == site::OrderGiven::kLeft) what = "left for the daemon, which takes it within seconds";
    if (*done == site::OrderGiven::kDoneUntold)
        what = "done, but the coordinator was not told: ask its people to revoke this site";
    return print(words.json ? "{\"order\": \"" + what + "\"}\n" : what + '\n');
}

CLI::App* add(CLI::App& group, const char* name, const char* help, const Shared& words) {
    CLI::App* command = group.add_subcommand(name, help);
    command->add_option("--state", words->state, "the node's data folder")->required();
    command->add_flag("--json", words->json, "print JSON");
    command->footer(exit_codes_help());
    return command;
}

void add_orders(CLI::App& group, Action& action, const Shared& words) {
    const auto on_model = [&](const char* name, const char* help, Order::Kind kind) {
        CLI::App* command = add(group, name, help, words);
        command->add_option("task", words->task, "as `federation models` shows it")->required();
        command->add_option("model", words->model, "64 hexadecimal digits")->required();
        command->callback([words, kind, &action] { action = [words, kind] { return give(kind, *words); }; });
    };
    on_model("pin", "Runs this model and no other, whatever becomes current", Order::Kind::kPin);
    on_model("refuse", "Never runs this model", Order::Kind::kRefuse);
    CLI::App* unpin =
        add(group, "unpin", "Follows the coordinator again: nothing is pinned or refused", words);
    unpin->add_option("task", words->task, "as `federation models` shows it")->required();
    unpin->callback([words, &action] { action = [words] { return give(Order::Kind::kUnpin, *words); }; });
    CLI::App* leave = add(group, "leave", "Leaves the federation: key and certificate are removed", words);
    leave->add_flag("--yes", words->sure, "really");
    leave->callback([words, &action] { action = [words] { return give(Order::Kind::kLeave, *words); }; });
}

}  // namespace

void add_federation(CLI::App& program, Action& action) {
    const auto words = std::make_shared<Words>();
    CLI::App* group =
        program.add_subcommand("federation", "Shows this site's part in the federation, and decides on it");
    group->require_subcommand(1);
    const auto shows = [&](const char* name, const char* help, auto report_of) {
        add(*group, name, help, words)->callback([words, report_of, &action] {
            action = [words, report_of] { return show(report_of(*words)); };
        });
    };
    shows("status", "Enrolment, connection, rounds, and what was declined and why",
          [](const Words& asked) { return site::status_report(asked.state, asked.form(), system_clock()); });
    shows("policy", "What this site takes part in, as site.toml says",
          [](const Words& asked) { return site::policy_report(asked.state, asked.form()); });
    shows("models", "Which model runs for each task, and why",
          [](const Words& asked) { return site::models_report(asked.state, asked.form()); });
    shows("ledger", "What was spent of the privacy budget",
          [](const Words& asked) { return site::ledger_report(asked.state, asked.form()); });
    shows("audit", "Checks every entry of who did what here, and the signed head",
          [](const Words& asked) { return site::audit_report(asked.state, asked.form()); });
    add_orders(*group, action, words);
}

}  // namespace huizhen::node
