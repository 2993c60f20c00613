#include "report.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "commands/table.h"

namespace huizhen::coordinator::simulation {
namespace {

std::string name_of(const RoundReport& round) {
    if (round.number == round.iteration) return fmt::format("round {}", round.number);
    return fmt::format("round {} (iteration {}, attempt {})", round.number, round.iteration, round.attempt);
}

std::string left_out_of(const RoundReport& round) {
    std::string text;
    for (const auto& [cause, sites] : round.left_out)
        text += fmt::format("{}{} {}", text.empty() ? "; left out: " : ", ", sites, cause);
    return text;
}

// JSON has no NaN: null where the classes cannot give the figure.
nlohmann::json figure(double value) {
    return std::isfinite(value) ? nlohmann::json(value) : nlohmann::json();
}

nlohmann::json to_json(const RoundReport& round) {
    nlohmann::json json = {{"number", round.number},
                           {"iteration", round.iteration},
                           {"attempt", round.attempt},
                           {"invited", round.invited},
                           {"included", round.included},
                           {"left_out", round.left_out},
                           {"messages", round.messages},
                           {"bytes_up_per_site", round.bytes_up},
                           {"bytes_down_per_site", round.bytes_down},
                           {"simulated_seconds", round.seconds},
                           {"crashes", round.crashes},
                           {"replayed_inputs", round.replayed}};
    if (round.model.empty()) {
        json["failure"] = round.failure;
    } else {
        json["model"] = round.model;
        json["exact"] = round.exact;
    }
    return json;
}

}  // namespace

bool Report::sound() const {
    return std::ranges::all_of(rounds, [](const RoundReport& round) { return round.sound(); });
}

std::string text_of(const RoundReport& round) {
    const std::string end =
        round.model.empty()
            ? "failed, " + round.failure
            : fmt::format("{} of {} in the sum, exact: {}, model {}", round.included, round.invited,
                          round.exact ? "yes" : "NO", short_digest(round.model));
    return fmt::format(
        "{}: {}; {} messages, a site sent {} and got {}, {:.0f} simulated seconds, {} crashes with {} inputs "
        "replayed{}\n",
        name_of(round), end, round.messages, bytes_text(round.bytes_up), bytes_text(round.bytes_down),
        round.seconds, round.crashes, round.replayed, left_out_of(round));
}

std::string ending_of(const Report& report) {
    std::string text;
    if (report.vanished > 0)
        text += fmt::format("{} of {} sites vanished for good\n", report.vanished, report.sites);
    if (!report.failure.empty()) text += "the plan failed: " + report.failure + '\n';
    text += fmt::format("model {}\n", report.model);
    for (const HeadReport& head : report.heads) {
        text += fmt::format(
            "{}: AUC {:.4f} ({:.4f} to {:.4f}) on {} held-out cases of {} sites, {} positive\n", head.head,
            head.auc.estimate, head.auc.low, head.auc.high, head.cases, report.sites, head.positives);
    }
    text += report.sound() ? "every round was exact or ended by name\n" : "a round was NOT exact\n";
    return text;
}

std::string json_of(const Report& report) {
    nlohmann::json json = {
        {"sites", report.sites},   {"vanished", report.vanished},       {"model", report.model},
        {"sound", report.sound()}, {"rounds", nlohmann::json::array()}, {"heads", nlohmann::json::array()}};
    if (!report.failure.empty()) json["failure"] = report.failure;
    for (const RoundReport& round : report.rounds) json["rounds"].push_back(to_json(round));
    for (const HeadReport& head : report.heads) {
        json["heads"].push_back({{"head", head.head},
                                 {"cases", head.cases},
                                 {"positives", head.positives},
                                 {"auc", figure(head.auc.estimate)},
                                 {"auc_low", figure(head.auc.low)},
                                 {"auc_high", figure(head.auc.high)}});
    }
    return json.dump(2) + '\n';
}

}  // namespace huizhen::coordinator::simulation
