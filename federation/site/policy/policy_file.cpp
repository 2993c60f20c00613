#include "policy_file.h"

#include <cstdio>
#include <sstream>

#include <huizhen/identity/peer_identity.h>
#include <huizhen/settings/table.h>
#include <huizhen/settings/written.h>

namespace huizhen::site {
namespace {

using rounds::StrategyKind;

constexpr std::size_t kMaxNames = 10'000;
constexpr std::int64_t kMebi = 1 << 20;
constexpr std::array kStrategies = {StrategyKind::kFedAvg, StrategyKind::kFedProx, StrategyKind::kFedAdam,
                                    StrategyKind::kScaffold, StrategyKind::kFedBn};

// "20:00-06:00"
Status read_hours(const std::string& text, rounds::SitePolicy& policy) {
    std::array<unsigned, 4> n{};
    int length = 0;
    const int read = std::sscanf(text.c_str(), "%2u:%2u-%2u:%2u%n", &n[0], &n[1], &n[2], &n[3], &length);
    const bool whole = read == 4 && static_cast<std::size_t>(length) == text.size();
    const unsigned from = n[0] * 60 + n[1], to = n[2] * 60 + n[3];
    if (!whole || n[1] > 59 || n[3] > 59 || from >= 24 * 60 || to > 24 * 60 || from == to)
        return fail(ErrorCode::kInvalidArgument, "must be hours of the day, as in \"20:00-06:00\"");
    policy.from_minute = from;
    policy.to_minute = to;
    return {};
}

std::string hours_text(const rounds::SitePolicy& policy) {
    const auto clock = [](std::uint32_t minute) {
        const std::string hours = std::to_string(minute / 60), minutes = std::to_string(minute % 60);
        return std::string(2 - hours.size(), '0') + hours + ':' + std::string(2 - minutes.size(), '0') +
               minutes;
    };
    return clock(policy.from_minute) + '-' + clock(policy.to_minute);
}

Status add_strategy(const std::string& text, rounds::SitePolicy& policy) {
    for (const StrategyKind kind : kStrategies) {
        if (text != rounds::strategy_name(kind)) continue;
        policy.strategies.insert(kind);
        return {};
    }
    return fail(ErrorCode::kInvalidArgument, "no strategy is called " + text);
}

Status read_sums(settings::Table& table, rounds::SitePolicy& policy) {
    HZ_TRY(table.number("min_sites", 3, 10'000,
                        [&](std::int64_t n) { policy.min_sites = static_cast<std::uint32_t>(n); }));
    HZ_TRY(table.number("min_corrupt_percent", 0, 90,
                        [&](std::int64_t n) { policy.min_corrupt_percent = static_cast<std::uint32_t>(n); }));
    HZ_TRY(table.number("min_security_bits", 20, 128,
                        [&](std::int64_t n) { policy.min_security_bits = static_cast<std::uint32_t>(n); }));
    return table.texts("known_sites", 0, kMaxNames, [&](const std::string& name) -> Status {
        HZ_TRY(identity::check_name(name));
        policy.known_sites.insert(rounds::SiteId(name));
        return {};
    });
}

Status read_work(settings::Table& table, rounds::SitePolicy& policy) {
    HZ_TRY(table.texts("tasks", 0, 64, [&](const std::string& task) {
        policy.tasks.insert(task);
        return Status();
    }));
    HZ_TRY(table.texts("strategies", 0, kStrategies.size(),
                       [&](const std::string& name) { return add_strategy(name, policy); }));
    HZ_TRY(table.number("max_local_epochs", 1, 100'000,
                        [&](std::int64_t n) { policy.max_local_epochs = static_cast<std::uint32_t>(n); }));
    HZ_TRY(table.number("max_model_mib", 1, 1 << 20, [&](std::int64_t n) {
        policy.max_model_bytes = static_cast<std::uint64_t>(n * kMebi);
    }));
    HZ_TRY(table.number("max_rounds_per_day", 0, 1'000'000,
                        [&](std::int64_t n) { policy.max_rounds_per_day = static_cast<std::uint32_t>(n); }));
    return table.text("hours", [&](const std::string& text) { return read_hours(text, policy); });
}

Status read_privacy(settings::Table& table, SiteSettings& settings) {
    HZ_TRY(table.truth("demand_noise", settings.policy.demands_noise));
    HZ_TRY(table.real("min_noise_multiplier", 0, 10'000, settings.policy.min_noise_multiplier));
    privacy::Budget budget{0, 1e-5};
    HZ_TRY(table.real("budget_epsilon", 0, 10'000, budget.epsilon));
    HZ_TRY(table.real("budget_delta", 1e-15, 0.1, budget.delta));
    if (budget.epsilon > 0) {
        settings.budget = budget;
        settings.policy.demands_noise = true;  // a sum without noise would spend what no budget has
    }
    return {};
}

template <typename Names>
std::string list_of(const Names& names) {
    return settings::written(std::vector<std::string>(names.begin(), names.end()));
}

Result<SiteSettings> settings_of(settings::Table table) {
    SiteSettings settings;
    HZ_TRY(read_sums(table, settings.policy));
    HZ_TRY(read_work(table, settings.policy));
    HZ_TRY(read_privacy(table, settings));
    HZ_TRY(table.text("new_models", [&](const std::string& choice) -> Status {
        if (choice != "run" && choice != "ask")
            return fail(ErrorCode::kInvalidArgument, "must be \"run\" or \"ask\"");
        settings.new_models = choice == "run" ? NewModels::kRun : NewModels::kAsk;
        return {};
    }));
    HZ_TRY(table.number("max_stored_mib", 1, 1 << 30, [&](std::int64_t n) {
        settings.max_stored_bytes = static_cast<std::uint64_t>(n * kMebi);
    }));
    HZ_TRY(table.nothing_else());
    return settings;
}

}  // namespace

Result<SiteSettings> parse_settings(std::string_view text, std::string_view name) {
    HZ_ASSIGN(settings::Table table, settings::Table::parse(text, name));
    return settings_of(std::move(table));
}

Result<SiteSettings> read_settings(const std::filesystem::path& path) {
    auto table = settings::Table::read(path);
    if (!table && table.error().code() == ErrorCode::kNotFound) return SiteSettings{};
    if (!table) return fail(table.error());
    return settings_of(std::move(*table));
}

std::string write_settings(const SiteSettings& settings) {
    const rounds::SitePolicy& policy = settings.policy;
    std::vector<std::string> strategies, known;
    for (const StrategyKind kind : policy.strategies) strategies.emplace_back(rounds::strategy_name(kind));
    for (const rounds::SiteId& site : policy.known_sites) known.push_back(site.str());
    const privacy::Budget budget = settings.budget.value_or(privacy::Budget{0, 1e-5});
    std::ostringstream out;
    out << "# What this hospital takes part in, whatever a coordinator plans. A round that breaks one of "
           "these is\n"
        << "# declined, with the reason. Read when the daemon starts.\n\n"
        << "# Fewest sites in a sum; what a plan must assume of sites in league with the coordinator, in "
           "percent;\n"
        << "# and the fewest bits of security it must reach with that.\n"
        << "min_sites = " << policy.min_sites << '\n'
        << "min_corrupt_percent = " << policy.min_corrupt_percent << '\n'
        << "min_security_bits = " << policy.min_security_bits << "\n\n"
        << "# Sites it works with. Empty: every one that is enrolled.\n"
        << "known_sites = " << list_of(known) << "\n\n"
        << "# Learning tasks and strategies (fedavg, fedprox, fedadam, scaffold, fedbn). Empty: every one.\n"
        << "tasks = " << list_of(policy.tasks) << '\n'
        << "strategies = " << list_of(strategies) << "\n\n"
        << "# Passes over the cases in one round; the largest model; rounds begun in a day (0: any number); "
           "and\n"
        << "# between which hours of the day one may begin, over midnight too.\n"
        << "max_local_epochs = " << policy.max_local_epochs << '\n'
        << "max_model_mib = " << policy.max_model_bytes / kMebi << '\n'
        << "max_rounds_per_day = " << policy.max_rounds_per_day << '\n'
        << "hours = \"" << hours_text(policy) << "\"\n\n"
        << "# Whether every round must add noise for privacy, how much there is at least where there is any, "
           "and\n"
        << "# what all rounds together may spend (0: not limited).\n"
        << "demand_noise = " << (policy.demands_noise ? "true" : "false") << '\n'
        << "min_noise_multiplier = " << settings::written(policy.min_noise_multiplier) << '\n'
        << "budget_epsilon = " << settings::written(budget.epsilon) << '\n'
        << "budget_delta = " << settings::written(budget.delta) << "\n\n"
        << "# A model the coordinator has accepted: \"run\" it, or \"ask\", and run it once a person here "
           "pins it.\n"
        << "new_models = \"" << (settings.new_models == NewModels::kRun ? "run" : "ask") << "\"\n\n"
        << "# Disk for models and updates.\n"
        << "max_stored_mib = " << settings.max_stored_bytes / kMebi << '\n';
    return out.str();
}

}  // namespace huizhen::site
