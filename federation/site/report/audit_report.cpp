#include <nlohmann/json.hpp>

#include <huizhen/audit/verify.h>
#include <huizhen/base/random_source.h>
#include <huizhen/site/report.h>

#include "keys/key_folder.h"
#include "state/schema.h"

namespace huizhen::site {

Result<std::string> audit_report(const std::filesystem::path& state, Form form) {
    HZ_ASSIGN(const auto connection, open_for_reading(state));
    HZ_ASSIGN(const KeyFolder keys, KeyFolder::open(state));
    HZ_ASSIGN(const auto seed, keys.audit_seed(system_random()));
    HZ_ASSIGN(const audit::Verdict verdict, audit::verify(*connection, audit::Signer(seed).public_key()));
    if (verdict.broken) {
        return fail(ErrorCode::kIntegrity, "audit-broken: entry " + std::to_string(verdict.broken->number) +
                                               " is not as it was written: " + verdict.broken->why);
    }
    HZ_ASSIGN(const auto head, audit::read_head(*connection));
    const std::string hash = head ? to_hex(head->hash) : "";
    if (form == Form::kJson)
        return nlohmann::json{{"entries", verdict.entries}, {"head", hash}}.dump(2) + '\n';
    return std::to_string(verdict.entries) + " entries, every one as it was written. Head " + hash +
           "\nKeep the head elsewhere: with it, entries that are taken back are found too.\n";
}

}  // namespace huizhen::site
