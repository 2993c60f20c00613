#include <huizhen/cases/patients.h>

#include "patient_rows.h"

namespace huizhen::cases {

Result<std::optional<PatientKey>> find_patient(CaseReader& reader, const chart::PatientId& id) {
    const Core& core = reader.core();
    return patient_of(core, hash_of_id(core, normal_id(core.options, id)));
}

Result<StoredPatient> read_patient(CaseReader& reader, PatientKey key) {
    const Core& core = reader.core();
    StoredPatient stored;
    stored.key = key;
    HZ_ASSIGN(stored.patient, read_demographics(core, key));
    HZ_ASSIGN(const auto ids, ids_of(core, key));
    for (const chart::PatientId& id : ids) stored.patient.ids.emplace_back(id);
    HZ_ASSIGN(const auto merged, db(core).value<std::optional<std::int64_t>>(
                                     "SELECT merged_into FROM patients WHERE id = ?1", {key.value}));
    if (merged && *merged) stored.merged_into = PatientKey{**merged};
    return stored;
}

Result<std::vector<PastPatient>> past_of(CaseReader& reader, PatientKey key) {
    const Core& core = reader.core();
    std::vector<PastPatient> past;
    HZ_TRY(each_row(db(core),
                    "SELECT id, replaced_us, who, source, sealed FROM patient_history WHERE patient = ?1 "
                    "ORDER BY id",
                    {key.value}, [&](const Rows& rows) -> Status {
                        PastPatient& one = past.emplace_back();
                        HZ_ASSIGN(const std::int64_t id, rows.get<std::int64_t>(0));
                        HZ_ASSIGN(one.replaced, get_time(rows, 1));
                        HZ_ASSIGN(one.who, rows.get<std::string>(2));
                        HZ_ASSIGN(one.source, rows.get<std::string>(3));
                        HZ_ASSIGN(const Blob sealed, rows.get<Blob>(4));
                        HZ_ASSIGN(one.patient, open_json(core, "patient_history", id, sealed, patient_from));
                        return {};
                    }));
    return past;
}

Status correct_patient(CaseBook& book, const Transaction& transaction, PatientKey key,
                       const chart::Patient& says, const By& by) {
    const Core& core = writing(book, transaction);
    HZ_ASSIGN(const PatientKey patient, root_of(core, key));
    const Said said{.patient = says, .source = "person", .sent_us = 0, .word = Word::kReplaces};
    HZ_ASSIGN(const bool changed, update_demographics(core, patient, said, by.who));
    if (changed) HZ_TRY(touch_cases_of(core, patient));
    return record(core, transaction, "correct-patient", by, patient);
}

}  // namespace huizhen::cases
