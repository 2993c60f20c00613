#include "ledger_store.h"

namespace huizhen::site {

Result<std::vector<privacy::LedgerEntry>> LedgerStore::entries() const {
    HZ_ASSIGN(database::Rows rows,
              connection_->query(
                  "SELECT plan, round, noise_multiplier, sampling_rate, times FROM spent ORDER BY entry"));
    std::vector<privacy::LedgerEntry> all;
    for (;;) {
        HZ_ASSIGN(const bool more, rows.next());
        if (!more) return all;
        privacy::LedgerEntry entry;
        HZ_ASSIGN(entry.plan, rows.get<std::string>(0));
        HZ_ASSIGN(const auto round, rows.get<std::int64_t>(1));
        entry.round = static_cast<std::uint64_t>(round);
        HZ_ASSIGN(entry.release.noise_multiplier, rows.get<double>(2));
        HZ_ASSIGN(entry.release.sampling_rate, rows.get<double>(3));
        HZ_ASSIGN(const auto times, rows.get<std::int64_t>(4));
        entry.release.times = static_cast<std::uint64_t>(times);
        all.push_back(std::move(entry));
    }
}

Status LedgerStore::charge(const privacy::LedgerEntry& entry, WallTime at) {
    return connection_->run(
        "INSERT OR IGNORE INTO spent (plan, round, noise_multiplier, sampling_rate, times, at) "
        "VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        {std::string_view(entry.plan), static_cast<std::int64_t>(entry.round), entry.release.noise_multiplier,
         entry.release.sampling_rate, static_cast<std::int64_t>(entry.release.times), to_milliseconds(at)});
}

}  // namespace huizhen::site
