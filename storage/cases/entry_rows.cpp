#include "entry_rows.h"

#include "chart_json.h"

namespace huizhen::cases {

const std::string_view kSelectEntries =
    "SELECT id, version, current, arrived_us, source, sealed FROM entries ";

Result<std::vector<StoredEntry>> entries_where(const Core& core, std::string_view where,
                                               std::initializer_list<Value> values) {
    std::vector<StoredEntry> all;
    HZ_TRY(each_row(
        db(core), std::string(kSelectEntries) + std::string(where), values, [&](const Rows& rows) -> Status {
            StoredEntry& entry = all.emplace_back();
            HZ_ASSIGN(entry.key.value, rows.get<std::int64_t>(0));
            HZ_ASSIGN(entry.version, rows.get<std::int64_t>(1));
            HZ_ASSIGN(const std::int64_t current, rows.get<std::int64_t>(2));
            entry.current = current != 0;
            HZ_ASSIGN(entry.arrived, get_time(rows, 3));
            HZ_ASSIGN(entry.source, rows.get<std::string>(4));
            HZ_ASSIGN(const Blob sealed, rows.get<Blob>(5));
            HZ_ASSIGN(entry.entry, open_json(core, "entries", entry.key.value, sealed, entry_from));
            return {};
        }));
    return all;
}

}  // namespace huizhen::cases
