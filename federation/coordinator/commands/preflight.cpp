#include <cmath>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <huizhen/secure_aggregation/preflight.h>
#include <huizhen/terminal/report.h>

#include "commands/commands.h"

namespace huizhen::coordinator {
namespace {

struct Words {
    std::uint32_t sites = 0, corrupt_percent = 33, dropout_percent = 10, security_bits = 40,
                  failure_bits = 20;
};

std::string bound(double log2) { return std::isinf(log2) ? "impossible" : fmt::format("2^{:.1f}", log2); }

std::string text_of(const secagg::Preflight& preflight, const secagg::Assumptions& assumed) {
    const secagg::RoundShape& shape = preflight.shape;
    return fmt::format(
        "{} sites, of whom {} may be in league with the coordinator and {} may drop out\n"
        "graph                  {}, each masks with {}\n"
        "threshold              {} shares give a secret back\n"
        "quorum                 {} must finish; up to {} may drop out\n"
        "an update is exposed   {}\n"
        "an honest round fails  {}\n",
        shape.sites, assumed.corrupt, assumed.dropped, shape.complete() ? "complete" : "ring",
        shape.neighbours, shape.threshold, shape.quorum, preflight.tolerated_dropouts,
        bound(preflight.log2_insecurity), bound(preflight.log2_failure));
}

// JSON has no infinity: null where it is certain.
nlohmann::json log2_json(double log2) { return std::isinf(log2) ? nlohmann::json() : nlohmann::json(log2); }

std::string json_of(const secagg::Preflight& preflight, const secagg::Assumptions& assumed) {
    const secagg::RoundShape& shape = preflight.shape;
    const nlohmann::json json = {{"sites", shape.sites},
                                 {"corrupt", assumed.corrupt},
                                 {"dropped", assumed.dropped},
                                 {"complete_graph", shape.complete()},
                                 {"neighbours", shape.neighbours},
                                 {"threshold", shape.threshold},
                                 {"quorum", shape.quorum},
                                 {"tolerated_dropouts", preflight.tolerated_dropouts},
                                 {"log2_insecurity", log2_json(preflight.log2_insecurity)},
                                 {"log2_failure", log2_json(preflight.log2_failure)}};
    return json.dump(2) + '\n';
}

ExitCode run(const Common& common, const Words& words) {
    secagg::Assumptions assumed;
    assumed.corrupt = words.sites * words.corrupt_percent / 100;
    assumed.dropped = words.sites * words.dropout_percent / 100;
    assumed.security_bits = words.security_bits;
    assumed.failure_bits = words.failure_bits;
    const auto preflight = secagg::preflight(words.sites, assumed);
    if (!preflight) return report(preflight.error(), exit_code_of(preflight.error()));
    return print(common.json ? json_of(*preflight, assumed) : text_of(*preflight, assumed));
}

}  // namespace

void add_preflight(CLI::App& program, Common& common, Action& action) {
    const auto words = std::make_shared<Words>();
    CLI::App* command = program.add_subcommand(
        "preflight",
        "Computes what secure aggregation guarantees for so many sites, before anything is planned");
    command->add_option("--sites", words->sites, "in a round")->required()->check(CLI::Range(2, 10'000));
    command->add_option("--corrupt", words->corrupt_percent, "percent in league with the coordinator")
        ->check(CLI::Range(0, 99));
    command->add_option("--dropout", words->dropout_percent, "percent that may drop out")
        ->check(CLI::Range(0, 99));
    command->add_option("--security-bits", words->security_bits, "an update is exposed with at most 2^-BITS")
        ->check(CLI::Range(1, 256));
    command->add_option("--failure-bits", words->failure_bits, "an honest round fails with at most 2^-BITS")
        ->check(CLI::Range(1, 256));
    command->callback(
        [words, &common, &action] { action = [words, &common] { return run(common, *words); }; });
}

}  // namespace huizhen::coordinator
