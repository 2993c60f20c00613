#include <huizhen/cases/patients.h>

#include "case_rows.h"
#include "conflict_rows.h"
#include "patient_rows.h"

namespace huizhen::cases {

Result<MergeKey> merge_rows(const Core& core, PatientKey gone, PatientKey kept, std::string_view who) {
    HZ_ASSIGN(const std::int64_t number, next_number(core));
    auto& connection = db(core);
    HZ_TRY(connection.run("INSERT INTO patient_merges VALUES (?1, ?2, ?3, ?4, ?5, NULL, '')",
                          {number, gone.value, kept.value, now_us(core), who}));
    HZ_TRY(connection.run("INSERT INTO patient_merge_ids SELECT ?1, hash FROM patient_ids WHERE patient = ?2",
                          {number, gone.value}));
    for (const char* sql : {"UPDATE patient_ids SET patient = ?2 WHERE patient = ?1",
                            "UPDATE studies SET patient = ?2 WHERE patient = ?1",
                            "UPDATE entries SET patient = ?2 WHERE patient = ?1",
                            "UPDATE patients SET merged_into = ?2 WHERE id = ?1"}) {
        HZ_TRY(connection.run(sql, {gone.value, kept.value}));
    }
    HZ_TRY(connection.run("UPDATE patients SET changed_us = ?2 WHERE id = ?1", {kept.value, now_us(core)}));
    HZ_TRY(solve_ids_of_two(core, gone, kept, who));
    return MergeKey{number};
}

Result<MergeKey> merge_patients(CaseBook& book, const Transaction& transaction, PatientKey gone,
                                PatientKey kept, const By& by) {
    const Core& core = writing(book, transaction);
    HZ_ASSIGN(gone, root_of(core, gone));
    HZ_ASSIGN(kept, root_of(core, kept));
    if (gone == kept) return fail(ErrorCode::kInvalidArgument, "same-patient: these are one already");
    HZ_ASSIGN(const MergeKey merge, merge_rows(core, gone, kept, by.who));
    HZ_TRY(touch_cases_of(core, kept));
    HZ_TRY(record(core, transaction, "merge-patients", by, gone));
    HZ_TRY(record(core, transaction, "merge-patients", by, kept));
    return merge;
}

namespace {

// What came under the ids of `merge`, wherever it is filed now.
constexpr std::string_view kCameUnder = "IN (SELECT hash FROM patient_merge_ids WHERE merge = ?3)";

}  // namespace

Status undo_merge(CaseBook& book, const Transaction& transaction, MergeKey merge, const By& by) {
    const Core& core = writing(book, transaction);
    PatientKey gone, kept;
    bool undone = false;
    {
        HZ_ASSIGN(Rows rows, db(core).query("SELECT gone, kept, undone_us FROM patient_merges WHERE id = ?1",
                                            {merge.value}));
        HZ_ASSIGN(const bool found, rows.next());
        if (!found) return fail(ErrorCode::kNotFound, "no-such-merge: it is not here");
        HZ_ASSIGN(gone.value, rows.get<std::int64_t>(0));
        HZ_ASSIGN(kept.value, rows.get<std::int64_t>(1));
        HZ_ASSIGN(const auto when, rows.get<std::optional<std::int64_t>>(2));
        undone = when.has_value();
    }
    if (undone) return fail(ErrorCode::kInvalidArgument, "merge-undone: it was undone already");
    HZ_ASSIGN(const PatientKey root, root_of(core, kept));
    if (root != kept) {
        return fail(ErrorCode::kInvalidArgument,
                    "later-merge-first: that patient was merged on; undo the later merge before this one");
    }
    const std::string under(kCameUnder);
    for (const std::string& sql :
         {"UPDATE patient_ids SET patient = ?1 WHERE patient = ?2 AND hash " + under,
          "UPDATE studies SET patient = ?1 WHERE patient = ?2 AND filed_id " + under,
          "UPDATE entries SET patient = ?1 WHERE patient = ?2 AND filed_id " + under}) {
        HZ_TRY(db(core).run(sql, {gone.value, kept.value, merge.value}));
    }
    HZ_TRY(db(core).run("UPDATE patients SET merged_into = NULL, changed_us = ?2 WHERE id = ?1",
                        {gone.value, now_us(core)}));
    HZ_TRY(db(core).run("UPDATE patient_merges SET undone_us = ?2, undone_by = ?3 WHERE id = ?1",
                        {merge.value, now_us(core), by.who}));
    for (const PatientKey patient : {gone, kept}) {
        HZ_TRY(touch_cases_of(core, patient));
        HZ_TRY(record(core, transaction, "undo-merge", by, patient));
    }
    return {};
}

Result<std::vector<Merge>> merges_of(CaseReader& reader, PatientKey key) {
    std::vector<Merge> merges;
    HZ_TRY(each_row(db(reader.core()),
                    "SELECT id, gone, kept, when_us, who, undone_us, undone_by FROM patient_merges "
                    "WHERE gone = ?1 OR kept = ?1 ORDER BY id",
                    {key.value}, [&](const Rows& rows) -> Status {
                        Merge& merge = merges.emplace_back();
                        HZ_ASSIGN(merge.key.value, rows.get<std::int64_t>(0));
                        HZ_ASSIGN(merge.gone.value, rows.get<std::int64_t>(1));
                        HZ_ASSIGN(merge.kept.value, rows.get<std::int64_t>(2));
                        HZ_ASSIGN(merge.when, get_time(rows, 3));
                        HZ_ASSIGN(merge.who, rows.get<std::string>(4));
                        HZ_ASSIGN(const auto undone, rows.get<std::optional<std::int64_t>>(5));
                        if (undone) merge.undone = from_us(*undone);
                        HZ_ASSIGN(merge.undone_by, rows.get<std::string>(6));
                        return {};
                    }));
    return merges;
}

}  // namespace huizhen::cases
