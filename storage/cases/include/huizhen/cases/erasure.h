#pragma once

// A patient who is to be forgotten: rows, objects and the audit's way to them. The audit's chain stays valid.
// Copies in backups and in other systems are not reached.

#include <huizhen/cases/case_book.h>

namespace huizhen::cases {

struct Erased {
    std::int64_t cases = 0, entries = 0, objects = 0;
};

// With all aliases, studies, entries, diagnoses, opinions, conflicts. Work on one of these cases fails at its
// next step: there is no such case. Call finish_removals() after the commit. kInvalidArgument,
// "conflict-open": images whose patient is in doubt may be this one's.
Result<Erased> erase_patient(CaseBook& book, const Transaction& transaction, PatientKey patient,
                             const By& by);

// Takes from the store what no row names any more, and folds the log of the database so that old pages are
// gone. Transactions of its own; after a crash, at the next start, it goes on. How many objects went.
Result<std::int64_t> finish_removals(CaseBook& book, const std::stop_token& stop = {});

// Objects that were put and never acknowledged, after a crash in between. At start alone, before anybody
// puts; the store is the book's own.
Result<std::int64_t> remove_unacknowledged(CaseBook& book);

}  // namespace huizhen::cases
