#include <huizhen/cases/erasure.h>

#include "patient_rows.h"
#include "removal.h"

namespace huizhen::cases {

Result<Erased> erase_patient(CaseBook& book, const Transaction& transaction, PatientKey patient,
                             const By& by) {
    const Core& core = writing(book, transaction);
    HZ_ASSIGN(const PatientKey root, root_of(core, patient));
    HZ_ASSIGN(const auto all, with_aliases(core, root));
    for (const PatientKey one : all) {
        HZ_ASSIGN(const auto open, db(core).value<std::int64_t>(
                                       "SELECT 1 FROM conflicts WHERE kind IN (2, 5) AND solved_us IS NULL "
                                       "AND (patient = ?1 OR other = ?1) LIMIT 1",
                                       {one.value}));
        if (open) {
            return fail(ErrorCode::kInvalidArgument,
                        "conflict-open: decide first which images are this patient's");
        }
    }
    Erased erased;
    for (const PatientKey one : all) {
        HZ_ASSIGN(const auto studies,
                  keys_of<StudyKey>(core, "SELECT id FROM studies WHERE patient = ?1", {one.value}));
        for (const StudyKey study : studies) {
            HZ_ASSIGN(const std::int64_t objects, remove_study(core, study));
            erased.objects += objects;
            ++erased.cases;
        }
    }
    bool told = false;
    for (const PatientKey one : all) {
        HZ_ASSIGN(const std::int64_t entries, remove_patient_rows(core, one));
        erased.entries += entries;
        const Status forgotten =
            core.log->erase_patient(transaction, audit_handle(core, one), {by.who, "", by.from, by.why, {}});
        if (!forgotten && forgotten.error().code() != ErrorCode::kNotFound) return fail(forgotten.error());
        told = told || forgotten.has_value();
    }
    // The audit knew nothing of this patient: that they were erased it says all the same.
    if (!told) HZ_TRY(record(core, transaction, audit::kErased, by, {}));
    return erased;
}

Result<std::int64_t> finish_removals(CaseBook& book, const std::stop_token& stop) {
    const Core& core = book.core();
    constexpr std::int64_t kAtOnce = 200;
    std::int64_t removed = 0;
    while (true) {
        HZ_TRY(check_stop(stop));
        std::vector<std::string> doomed;
        HZ_TRY(each_row(db(core), "SELECT object FROM doomed_objects LIMIT ?1", {kAtOnce},
                        [&](const Rows& rows) -> Status {
                            HZ_ASSIGN(doomed.emplace_back(), rows.get<std::string>(0));
                            return {};
                        }));
        if (doomed.empty()) break;
        for (const std::string& object : doomed) {
            const Status gone = core.writable_store->remove(objects::ObjectName(object));
            if (!gone && gone.error().code() != ErrorCode::kNotFound) return fail(gone.error());
        }
        HZ_ASSIGN(auto transaction, db(core).begin());
        for (const std::string& object : doomed) {
            HZ_TRY(db(core).run("DELETE FROM doomed_objects WHERE object = ?1", {object}));
        }
        HZ_TRY(transaction.commit());
        removed += static_cast<std::int64_t>(doomed.size());
    }
    // A reader may hold it up; the next time will do.
    HZ_TRY(db(core).script("PRAGMA wal_checkpoint(TRUNCATE)"));
    return removed;
}

Result<std::int64_t> remove_unacknowledged(CaseBook& book) {
    const Core& core = book.core();
    HZ_ASSIGN(auto transaction, db(core).begin());
    HZ_ASSIGN(const auto before, db(core).value<std::int64_t>("SELECT count(*) FROM doomed_objects"));
    HZ_TRY(core.store->for_each(
        [&](const objects::ObjectName& object) { return doom_if_unnamed(core, object); }));
    HZ_ASSIGN(const auto after, db(core).value<std::int64_t>("SELECT count(*) FROM doomed_objects"));
    HZ_TRY(transaction.commit());
    HZ_TRY(finish_removals(book));
    return after.value_or(0) - before.value_or(0);
}

}  // namespace huizhen::cases
