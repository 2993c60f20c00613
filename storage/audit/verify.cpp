#include <map>

#include <huizhen/audit/verify.h>

#include "chain.h"
#include "stored_entry.h"

namespace huizhen::audit {

using database::Connection;
using database::Rows;

Result<std::optional<Head>> read_head(Connection& connection) {
    HZ_ASSIGN(Rows rows, connection.query("SELECT number, hash, signature FROM audit_head"));
    HZ_ASSIGN(const bool found, rows.next());
    if (!found) return std::optional<Head>();
    Head head;
    HZ_ASSIGN(head.number, rows.get<std::int64_t>(0));
    HZ_TRY(read_fixed(rows, 1, head.hash));
    HZ_TRY(read_fixed(rows, 2, head.signature));
    return std::optional<Head>(head);
}

namespace {

// Until which entry the reasons about each erased patient may be gone.
Result<std::map<Reference, std::int64_t>> erasures(Connection& connection) {
    HZ_ASSIGN(Rows rows,
              connection.query("SELECT about, max(number) FROM audit_entries WHERE what = ?1 AND about "
                               "IS NOT NULL GROUP BY about",
                               {std::string_view(kErased)}));
    std::map<Reference, std::int64_t> until;
    while (true) {
        HZ_ASSIGN(const bool more, rows.next());
        if (!more) return until;
        Reference about{};
        HZ_TRY(read_fixed(rows, 0, about));
        HZ_ASSIGN(until[about], rows.get<std::int64_t>(1));
    }
}

class Walk {
  public:
    Walk(std::map<Reference, std::int64_t> erased, const std::optional<Head>& known)
        : erased_(std::move(erased)), known_(known) {}

    // What is wrong with the next entry; empty: nothing.
    std::string step(const StoredEntry& stored) {
        const Entry& entry = stored.entry;
        if (entry.number != verdict.entries + 1) return "it follows entry " + std::to_string(verdict.entries);
        if (entry_hash(last_hash, entry) != stored.hash)
            return "its content or the entry before it was changed";
        if (stored.why) {
            if (commitment_of(stored.salt, *stored.why) != entry.commitment) return "its reason was changed";
        } else {
            const auto found = entry.about ? erased_.find(*entry.about) : erased_.end();
            if (found == erased_.end() || entry.number >= found->second) {
                return "its reason is gone and no patient was erased";
            }
            ++verdict.erased_reasons;
        }
        if (known_ && known_->number == entry.number && known_->hash != stored.hash) {
            return "it is not the entry of the head that was kept";
        }
        last_hash = stored.hash;
        ++verdict.entries;
        return {};
    }

    Verdict verdict;
    Sha256Digest last_hash{};

  private:
    std::map<Reference, std::int64_t> erased_;
    std::optional<Head> known_;
};

std::string wrong_with_head(const Walk& walk, const std::optional<Head>& head, const PublicKey& key,
                            const std::optional<Head>& known) {
    const std::int64_t entries = walk.verdict.entries;
    if (known && known->number > entries) {
        return "entries up to " + std::to_string(known->number) + " existed when the head was kept";
    }
    if (!head) return entries == 0 ? "" : "the signed head is gone";
    if (head->number != entries || head->hash != walk.last_hash) {
        return "the signed head is of entry " + std::to_string(head->number);
    }
    return is_signed(key, head_message(head->number, head->hash), head->signature)
               ? ""
               : "the head is not signed by this key";
}

}  // namespace

Result<Verdict> verify(Connection& connection, const PublicKey& key, const std::optional<Head>& known,
                       ProgressSink& progress, const std::stop_token& stop) {
    HZ_ASSIGN(auto erased, erasures(connection));
    Walk walk(std::move(erased), known);
    HZ_ASSIGN(const auto head, read_head(connection));
    const auto total = static_cast<std::uint64_t>(head ? head->number : 0);
    HZ_ASSIGN(Rows rows, connection.query(kSelectEntries));
    while (true) {
        HZ_ASSIGN(const bool more, rows.next());
        if (!more) break;
        HZ_ASSIGN(const StoredEntry stored, read_entry(rows));
        if (std::string wrong = walk.step(stored); !wrong.empty()) {
            walk.verdict.broken = Broken{walk.verdict.entries + 1, std::move(wrong)};
            return walk.verdict;
        }
        if (walk.verdict.entries % 1024 == 0) {
            HZ_TRY(check_stop(stop));
            progress.advance("verify", static_cast<std::uint64_t>(walk.verdict.entries), total);
        }
    }
    if (std::string wrong = wrong_with_head(walk, head, key, known); !wrong.empty()) {
        // Of the entries that are there none is wrong: what is missing, or unsigned, begins behind them.
        walk.verdict.broken = Broken{walk.verdict.entries + 1, std::move(wrong)};
    }
    return walk.verdict;
}

}  // namespace huizhen::audit
