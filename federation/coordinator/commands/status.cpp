#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "commands/daemon.h"
#include "commands/table.h"

namespace huizhen::coordinator {
namespace {

namespace v1 = federation::v1;

std::string words(const v1::StatusReply& reply) {
    return fmt::format(
        "huizhen-coordinator {}, since {} UTC\n{} sites enrolled, {} connected; {} plans running\n"
        "Models and updates: {}, {} free\nServer certificate until {} UTC, renewed by itself\n",
        reply.software_version(), time_text(reply.started_unix_ms()), reply.sites_enrolled(),
        reply.sites_connected(), reply.plans_running(), bytes_text(reply.disk_used_bytes()),
        bytes_text(reply.disk_free_bytes()), time_text(reply.certificate_expires_unix_ms()));
}

}  // namespace

void add_status(CLI::App& program, Common& common, Action& action) {
    CLI::App* command = program.add_subcommand("status", "Says how the running coordinator is");
    command->callback([&common, &action] {
        action = [&common] {
            return ask_and_print<v1::StatusRequest, v1::StatusReply>(common, &v1::Coordinator::Stub::Status,
                                                                     {}, words);
        };
    });
}

}  // namespace huizhen::coordinator
