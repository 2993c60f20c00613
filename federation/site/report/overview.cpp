#include "overview.h"

#include <huizhen/acceptance/lineage.h>
#include <huizhen/identity/issuance_log.h>
#include <huizhen/site/report.h>

#include "keys/key_folder.h"
#include "policy/policy_file.h"
#include "state/ledger_store.h"
#include "state/membership_store.h"
#include "state/model_store.h"
#include "state/round_store.h"

namespace huizhen::site {
namespace {

constexpr std::size_t kShownRounds = 20;

std::string time_text(WallTime time) { return to_iso8601(time); }

Json digest_json(const std::optional<Sha256Digest>& digest) {
    return digest ? Json(to_hex(*digest)) : Json();
}

Json row_json(const RoundRow& row) {
    Json json;
    json["plan"] = row.name.plan.str();
    json["round"] = row.name.number;
    json["task"] = row.task;
    json["iteration"] = row.iteration;
    json["opened"] = time_text(row.opened_at);
    json["heard"] = time_text(row.heard_at);
    json["stage"] = row.stage;
    json["trouble"] = row.trouble;
    json["ended"] = row.closed_at ? Json(time_text(*row.closed_at)) : Json();
    json["outcome"] = row.outcome;
    json["included"] = row.included;
    return json;
}

Json connection_json(const std::optional<ConnectionState>& state) {
    Json json;
    json["connected"] = state && state->connected;
    json["since"] = state ? Json(time_text(state->changed_at)) : Json();
    json["why"] = state ? state->why : "never connected";
    return json;
}

Result<Json> certificate_json(const std::filesystem::path& state, const Clock& clock) {
    HZ_ASSIGN(const KeyFolder keys, KeyFolder::open(state));
    const auto certificate = keys.certificate();
    if (!certificate && certificate.error().code() == ErrorCode::kNotFound) return Json();
    if (!certificate) return fail(certificate.error());
    Json json;
    json["fingerprint"] = to_hex(certificate->who.fingerprint);
    json["ends"] = to_iso8601(certificate->who.not_after);
    json["days_left"] =
        std::chrono::duration_cast<std::chrono::hours>(certificate->who.not_after - clock.now()) /
        std::chrono::hours(24);
    return json;
}

std::string text(const Json& json, std::string_view key) {
    const auto found = json.find(key);
    return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::string round_text(const Json& round) {
    std::string line =
        "  " + text(round, "plan") + " round " + round["round"].dump() + " (" + text(round, "task") + "): ";
    line += round["ended"].is_null() ? text(round, "stage") : text(round, "outcome");
    if (round["included"].get<bool>()) line += ", this site included";
    if (!text(round, "trouble").empty()) line += ": " + text(round, "trouble");
    return line + '\n';
}

}  // namespace

Result<Json> status_of(const std::filesystem::path& state, const Clock& clock) {
    HZ_ASSIGN(const auto connection, open_for_reading(state));
    const MembershipStore membership(*connection);
    HZ_ASSIGN(const auto enrolment, membership.enrolment());
    if (!enrolment) return fail(ErrorCode::kNotFound, "not-enrolled: run `huizhen-node enrol` first");
    Json json;
    json["site"] = enrolment->site;
    json["coordinator"] = enrolment->coordinator;
    json["enrolment"] = membership_name(enrolment->state);
    json["why"] = enrolment->why;
    HZ_ASSIGN(json["certificate"], certificate_json(state, clock));
    HZ_ASSIGN(const auto link, membership.connection());
    json["connection"] = connection_json(link);
    HZ_ASSIGN(const identity::LogHead head, membership.log_head());
    json["certificates_seen"] = head.count;
    json["log_code"] = identity::comparison_code(head);
    HZ_ASSIGN(const auto rounds, RoundStore(*connection).latest(kShownRounds));
    json["open"] = Json::array();
    json["past"] = Json::array();
    for (const RoundRow& row : rounds) json[row.closed_at ? "past" : "open"].push_back(row_json(row));
    return json;
}

Result<Json> policy_of(const std::filesystem::path& state) {
    HZ_ASSIGN(const SiteSettings settings, read_settings(state / kPolicyFileName));
    const rounds::SitePolicy& policy = settings.policy;
    Json json;
    json["min_sites"] = policy.min_sites;
    json["min_corrupt_percent"] = policy.min_corrupt_percent;
    json["min_security_bits"] = policy.min_security_bits;
    json["known_sites"] = Json::array();
    for (const rounds::SiteId& site : policy.known_sites) json["known_sites"].push_back(site.str());
    json["tasks"] = policy.tasks;
    json["strategies"] = Json::array();
    for (const rounds::StrategyKind kind : policy.strategies)
        json["strategies"].push_back(rounds::strategy_name(kind));
    json["max_local_epochs"] = policy.max_local_epochs;
    json["max_model_bytes"] = policy.max_model_bytes;
    json["max_rounds_per_day"] = policy.max_rounds_per_day;
    json["from_minute"] = policy.from_minute;
    json["to_minute"] = policy.to_minute;
    json["demand_noise"] = policy.demands_noise;
    json["min_noise_multiplier"] = policy.min_noise_multiplier;
    json["budget_epsilon"] = settings.budget ? Json(settings.budget->epsilon) : Json();
    json["budget_delta"] = settings.budget ? Json(settings.budget->delta) : Json();
    json["new_models"] = settings.new_models == NewModels::kRun ? "run" : "ask";
    json["max_stored_bytes"] = settings.max_stored_bytes;
    return json;
}

Result<Json> models_of(const std::filesystem::path& state) {
    HZ_ASSIGN(const auto connection, open_for_reading(state));
    const ModelStore store(*connection);
    HZ_ASSIGN(const auto models, store.all());
    Json json = Json::array();
    for (const TaskModel& model : models) {
        Json entry;
        entry["task"] = model.task;
        entry["runs"] = digest_json(model.runs);
        entry["former"] = digest_json(model.former);
        entry["on_its_way"] = digest_json(model.wanted);
        entry["pinned"] = digest_json(model.pinned);
        entry["refused"] = Json::array();
        for (const Sha256Digest& digest : model.refused) entry["refused"].push_back(to_hex(digest));
        entry["why"] = model.reason;
        HZ_ASSIGN(const auto records, store.lineage(model.task));
        entry["lineage_records"] = records.size();
        json.push_back(std::move(entry));
    }
    return json;
}

Result<Json> ledger_of(const std::filesystem::path& state) {
    HZ_ASSIGN(const SiteSettings settings, read_settings(state / kPolicyFileName));
    HZ_ASSIGN(const auto connection, open_for_reading(state));
    HZ_ASSIGN(const auto entries, LedgerStore(*connection).entries());
    Json json;
    json["budget_epsilon"] = settings.budget ? Json(settings.budget->epsilon) : Json();
    const double delta = settings.budget ? settings.budget->delta : privacy::Budget{0, 1e-5}.delta;
    json["delta"] = delta;
    HZ_ASSIGN(const auto ledger,
              privacy::Ledger::restore({settings.budget ? settings.budget->epsilon : 1e6, delta}, entries));
    json["spent_epsilon"] = entries.empty() ? 0 : ledger.spent();
    json["rounds"] = Json::array();
    for (const privacy::LedgerEntry& entry : entries) {
        json["rounds"].push_back({{"plan", entry.plan},
                                  {"round", entry.round},
                                  {"noise_multiplier", entry.release.noise_multiplier},
                                  {"times", entry.release.times}});
    }
    return json;
}

std::string status_text(const Json& status) {
    std::string out =
        text(status, "site") + " at " + text(status, "coordinator") + ": " + text(status, "enrolment");
    if (!text(status, "why").empty()) out += " (" + text(status, "why") + ")";
    out += '\n';
    if (const Json& certificate = status["certificate"]; !certificate.is_null()) {
        out += "Certificate: until " + text(certificate, "ends") + ", " + certificate["days_left"].dump() +
               " days\n";
    }
    const Json& link = status["connection"];
    out += link["connected"].get<bool>() ? "Connected since " + text(link, "since") + '\n'
                                         : "Not connected: " + text(link, "why") + '\n';
    out += "Certificates seen: " + status["certificates_seen"].dump() + ", code " + text(status, "log_code") +
           " (the same at every hospital that saw as many)\n";
    out += status["open"].empty() ? "No round is open\n" : "Open rounds:\n";
    for (const Json& round : status["open"]) out += round_text(round);
    if (!status["past"].empty()) out += "Past rounds:\n";
    for (const Json& round : status["past"]) out += round_text(round);
    return out;
}

std::string models_text(const Json& models) {
    if (models.empty()) return "No federated model is known here yet\n";
    std::string out;
    for (const Json& model : models) {
        out += text(model, "task") + ": ";
        out += model["runs"].is_null() ? "runs none" : "runs " + text(model, "runs");
        if (!model["pinned"].is_null()) out += ", pinned";
        if (!model["on_its_way"].is_null()) out += "; on its way: " + text(model, "on_its_way");
        out += '\n';
        if (!model["former"].is_null()) out += "  before: " + text(model, "former") + '\n';
        for (const Json& refused : model["refused"]) out += "  refused: " + refused.get<std::string>() + '\n';
        if (!text(model, "why").empty()) out += "  " + text(model, "why") + '\n';
    }
    return out;
}

std::string ledger_text(const Json& ledger) {
    std::string out =
        "Spent: epsilon " + ledger["spent_epsilon"].dump() + " at delta " + ledger["delta"].dump();
    out += ledger["budget_epsilon"].is_null() ? ", no budget is set (budget_epsilon in site.toml)\n"
                                              : " of " + ledger["budget_epsilon"].dump() + '\n';
    for (const Json& round : ledger["rounds"]) {
        out += "  " + text(round, "plan") + " round " + round["round"].dump() + ": noise multiplier " +
               round["noise_multiplier"].dump() + '\n';
    }
    return out;
}

Result<std::string> status_report(const std::filesystem::path& state, Form form, const Clock& clock) {
    HZ_ASSIGN(const Json json, status_of(state, clock));
    return form == Form::kJson ? json.dump(2) + '\n' : status_text(json);
}

Result<std::string> policy_report(const std::filesystem::path& state, Form form) {
    if (form == Form::kJson) {
        HZ_ASSIGN(const Json json, policy_of(state));
        return json.dump(2) + '\n';
    }
    HZ_ASSIGN(const SiteSettings settings, read_settings(state / kPolicyFileName));
    return write_settings(settings);
}

Result<std::string> models_report(const std::filesystem::path& state, Form form) {
    HZ_ASSIGN(const Json json, models_of(state));
    return form == Form::kJson ? json.dump(2) + '\n' : models_text(json);
}

Result<std::string> ledger_report(const std::filesystem::path& state, Form form) {
    HZ_ASSIGN(const Json json, ledger_of(state));
    return form == Form::kJson ? json.dump(2) + '\n' : ledger_text(json);
}

}  // namespace huizhen::site
