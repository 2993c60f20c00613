#include <nlohmann/json.hpp>

#include <huizhen/audit/export.h>
#include <huizhen/audit/verify.h>

#include "stored_entry.h"

namespace huizhen::audit {

namespace {

std::string dump(const nlohmann::ordered_json& json) {
    return json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

}  // namespace

Status export_json_lines(database::Connection& connection, const PublicKey& key,
                         const std::function<Status(std::string_view)>& line) {
    HZ_ASSIGN(database::Rows rows, connection.query(kSelectEntries));
    while (true) {
        HZ_ASSIGN(const bool more, rows.next());
        if (!more) break;
        HZ_ASSIGN(const StoredEntry stored, read_entry(rows));
        const Entry& entry = stored.entry;
        nlohmann::ordered_json json = {{"number", entry.number},
                                       {"time_us", entry.time_us},
                                       {"who", entry.who},
                                       {"what", entry.what},
                                       {"from", entry.from}};
        json["about"] = entry.about ? nlohmann::ordered_json(to_hex(*entry.about)) : nullptr;
        json["why"] = stored.why ? nlohmann::ordered_json(*stored.why) : nullptr;
        json["salt"] = stored.why ? nlohmann::ordered_json(to_hex(stored.salt)) : nullptr;
        json["commitment"] = to_hex(entry.commitment);
        json["hash"] = to_hex(stored.hash);
        HZ_TRY(line(dump(json)));
    }
    HZ_ASSIGN(const auto head, read_head(connection));
    if (!head) return {};
    return line(dump({{"head", head->number},
                      {"hash", to_hex(head->hash)},
                      {"signature", to_hex(head->signature)},
                      {"public_key", to_hex(key)}}));
}

}  // namespace huizhen::audit
