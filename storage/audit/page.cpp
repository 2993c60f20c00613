#include <huizhen/audit/page.h>

namespace huizhen::audit {
namespace {

template <std::size_t N>
Result<std::array<std::uint8_t, N>> fixed(const database::Blob& blob) {
    std::array<std::uint8_t, N> bytes{};
    if (blob.size() != N)
        return fail(ErrorCode::kIntegrity, "database-damaged: an audit entry's value is cut");
    std::copy(blob.begin(), blob.end(), bytes.begin());
    return bytes;
}

}  // namespace

Result<std::vector<Entry>> read_page(database::Connection& connection, std::int64_t after,
                                     std::int64_t limit) {
    HZ_ASSIGN(
        database::Rows rows,
        connection.query("SELECT e.number, e.time_us, e.who, e.what, e.origin, coalesce(r.why, ''), e.about, "
                         "e.hash FROM audit_entries e LEFT JOIN audit_reasons r USING (number) "
                         "WHERE e.number > ?1 ORDER BY e.number LIMIT ?2",
                         {after, std::clamp<std::int64_t>(limit, 1, kMaxPage)}));
    std::vector<Entry> entries;
    for (;;) {
        HZ_ASSIGN(const bool more, rows.next());
        if (!more) return entries;
        Entry entry;
        HZ_ASSIGN(entry.number, rows.get<std::int64_t>(0));
        HZ_ASSIGN(entry.time_us, rows.get<std::int64_t>(1));
        HZ_ASSIGN(entry.event.who, rows.get<std::string>(2));
        HZ_ASSIGN(entry.event.what, rows.get<std::string>(3));
        HZ_ASSIGN(entry.event.from, rows.get<std::string>(4));
        HZ_ASSIGN(entry.event.why, rows.get<std::string>(5));
        HZ_ASSIGN(const auto about, rows.get<std::optional<database::Blob>>(6));
        if (about) {
            HZ_ASSIGN(entry.event.about, fixed<32>(*about));
        }
        HZ_ASSIGN(const auto hash, rows.get<database::Blob>(7));
        HZ_ASSIGN(entry.hash, fixed<32>(hash));
        entries.push_back(std::move(entry));
    }
}

}  // namespace huizhen::audit
