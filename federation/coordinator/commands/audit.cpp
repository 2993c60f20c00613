#include <iostream>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <huizhen/audit/export.h>
#include <huizhen/audit/verify.h>
#include <huizhen/terminal/report.h>

#include "authority/key_folder.h"
#include "commands/daemon.h"
#include "commands/table.h"

namespace huizhen::coordinator {
namespace {

namespace v1 = federation::v1;

std::string entries_text(const v1::AuditEntriesReply& reply) {
    std::vector<Row> rows = {{"NUMBER", "TIME (UTC)", "WHO", "WHAT", "WHY"}};
    for (const v1::AuditEntry& entry : reply.entries())
        rows.push_back({std::to_string(entry.sequence()), time_text(entry.time_unix_ms()), entry.actor(),
                        entry.action(), entry.reason()});
    return table(rows);
}

struct Opened {
    std::unique_ptr<database::Connection> connection;
    audit::PublicKey key;
};

// Reads beside a coordinator that runs.
Result<Opened> open(const Common& common) {
    const std::filesystem::path state = common.state;
    HZ_ASSIGN(const KeyFolder keys, KeyFolder::open(state / "keys"));
    HZ_ASSIGN(auto connection, database::Connection::open(state / "coordinator.db", database::Access::kRead));
    return Opened{std::move(connection), audit::Signer(keys.audit_seed()).public_key()};
}

ExitCode verify(const Common& common) {
    const auto opened = open(common);
    if (!opened) return report(opened.error(), exit_code_of(opened.error()));
    const auto verdict = audit::verify(*opened->connection, opened->key);
    if (!verdict) return report(verdict.error(), exit_code_of(verdict.error()));
    if (verdict->broken) {
        const Error broken(ErrorCode::kIntegrity,
                           fmt::format("audit-broken: entry {} is not as it was written: {}",
                                       verdict->broken->number, verdict->broken->why));
        return report(broken, ExitCode::kEnvironment);
    }
    const auto head = audit::read_head(*opened->connection);
    const std::string hash = head && *head ? to_hex((*head)->hash) : "none";
    return print(
        fmt::format("{} entries, every one as it was written. Head {}\nKeep the head elsewhere: with it, "
                    "entries that are taken back are found too.\n",
                    verdict->entries, hash));
}

ExitCode export_lines(const Common& common) {
    const auto opened = open(common);
    if (!opened) return report(opened.error(), exit_code_of(opened.error()));
    const Status done =
        audit::export_json_lines(*opened->connection, opened->key, [](std::string_view line) -> Status {
            std::cout << line << '\n';
            if (std::cout) return {};
            return fail(ErrorCode::kIo, "standard output cannot be written");
        });
    std::cout << std::flush;
    return done ? ExitCode::kOk : report(done.error(), exit_code_of(done.error()));
}

}  // namespace

void add_audit(CLI::App& program, Common& common, Action& action) {
    CLI::App* audit_command = program.add_subcommand("audit", "Shows, checks and exports who did what");
    audit_command->require_subcommand(1);
    const auto after = std::make_shared<std::uint64_t>(0);
    CLI::App* list = audit_command->add_subcommand("list", "Shows entries");
    list->add_option("--after", *after, "those after this number");
    list->callback([after, &common, &action] {
        action = [after, &common] {
            v1::AuditEntriesRequest request;
            request.set_after(*after);
            return ask_and_print<v1::AuditEntriesRequest, v1::AuditEntriesReply>(
                common, &v1::Coordinator::Stub::AuditEntries, request, entries_text);
        };
    });
    audit_command->add_subcommand("verify", "Checks every entry and the signed head")
        ->callback([&common, &action] { action = [&common] { return verify(common); }; });
    audit_command->add_subcommand("export", "Writes JSON lines to standard output")
        ->callback([&common, &action] { action = [&common] { return export_lines(common); }; });
}

}  // namespace huizhen::coordinator
