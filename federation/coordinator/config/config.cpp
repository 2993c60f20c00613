#include "config.h"

#include <sstream>

#include <huizhen/settings/table.h>
#include <huizhen/settings/written.h>

namespace huizhen::coordinator {
namespace {

using settings::written;

constexpr std::int64_t kMebi = 1 << 20;

settings::Table::TakeText address_into(std::string& into) {
    return [&into](const std::string& text) {
        into = text;
        return settings::check_address(text);
    };
}

Result<Config> config_of(settings::Table table) {
    Config config;
    HZ_TRY(table.required_text("federation", [&](const std::string& name) {
        config.federation = name;
        return Status();
    }));
    HZ_TRY(table.text("listen", address_into(config.listen)));
    HZ_TRY(table.required_text("advertise", address_into(config.advertise)));
    HZ_TRY(table.texts("hosts", 1, 16, [&](const std::string& host) {
        config.hosts.push_back(host);
        return Status();
    }));
    HZ_TRY(table.number("max_object_mib", 1, 1 << 20, [&](std::int64_t value) {
        config.max_object_bytes = static_cast<std::uint64_t>(value * kMebi);
    }));
    HZ_TRY(table.number("max_stored_mib", 1, 1 << 30, [&](std::int64_t value) {
        config.max_stored_bytes = static_cast<std::uint64_t>(value * kMebi);
    }));
    HZ_TRY(table.number("heartbeat_s", 1, 300,
                        [&](std::int64_t value) { config.heartbeat = std::chrono::seconds(value); }));
    HZ_TRY(table.number("silence_s", 5, 7 * 86400,
                        [&](std::int64_t value) { config.silence = std::chrono::seconds(value); }));
    HZ_TRY(table.number("max_sites", 1, 10'000,
                        [&](std::int64_t value) { config.max_sites = static_cast<std::uint32_t>(value); }));
    HZ_TRY(table.nothing_else());
    if (config.hosts.empty()) config.hosts = {config.advertise.substr(0, config.advertise.rfind(':'))};
    return config;
}

}  // namespace

Result<Config> parse_config(std::string_view text, std::string_view name) {
    HZ_ASSIGN(settings::Table table, settings::Table::parse(text, name));
    return config_of(std::move(table));
}

Result<Config> read_config(const std::filesystem::path& path) {
    HZ_ASSIGN(settings::Table table, settings::Table::read(path));
    return config_of(std::move(table));
}

std::string write_config(const Config& config) {
    std::ostringstream out;
    out << "# What people call this federation.\n"
        << "federation = " << written(config.federation) << "\n\n"
        << "# The port every hospital's node calls; nothing is ever called from here.\n"
        << "listen = " << written(config.listen) << "\n\n"
        << "# The address that invitations name.\n"
        << "advertise = " << written(config.advertise) << "\n\n"
        << "# Names and addresses in the server's certificate.\n"
        << "hosts = " << written(config.hosts) << "\n\n"
        << "# The largest model or upload, and all of them together.\n"
        << "max_object_mib = " << config.max_object_bytes / kMebi << '\n'
        << "max_stored_mib = " << config.max_stored_bytes / kMebi << "\n\n"
        << "# How often a silent line says that it is alive, and how long a site may be silent before a "
           "round goes\n"
        << "# on without it.\n"
        << "heartbeat_s = " << config.heartbeat.count() << '\n'
        << "silence_s = " << config.silence.count() << "\n\n"
        << "max_sites = " << config.max_sites << '\n';
    return out.str();
}

}  // namespace huizhen::coordinator
