#include "case_rows.h"

#include "study_json.h"

namespace huizhen::cases {

const std::string_view kSelectCases =
    "SELECT id, uid, patient, state, priority, review, arrived_us, image_us, instances, inputs, revision, "
    "sealed "
    "FROM studies ";

Result<Case> case_from(const Core& core, const Rows& rows) {
    Case found;
    HZ_ASSIGN(found.key.value, rows.get<std::int64_t>(0));
    HZ_ASSIGN(found.uid, rows.get<std::string>(1));
    HZ_ASSIGN(found.patient, get_key<PatientKey>(rows, 2));
    HZ_ASSIGN(found.state, get_as<CaseState>(rows, 3));
    HZ_ASSIGN(found.priority, get_as<chart::Priority>(rows, 4));
    HZ_ASSIGN(const std::int64_t review, rows.get<std::int64_t>(5));
    found.needs_review = review != 0;
    HZ_ASSIGN(found.arrived, get_time(rows, 6));
    HZ_ASSIGN(found.changed, get_time(rows, 7));
    HZ_ASSIGN(found.instances, rows.get<std::int64_t>(8));
    HZ_ASSIGN(found.inputs, rows.get<std::int64_t>(9));
    HZ_ASSIGN(found.revision, rows.get<std::int64_t>(10));
    HZ_ASSIGN(const Blob sealed, rows.get<Blob>(11));
    HZ_ASSIGN(found.description, open_json(core, "studies", found.key.value, sealed, study_from));
    return found;
}

Result<StudyRow> read_study_row(const Core& core, StudyKey study) {
    HZ_ASSIGN(Rows rows, db(core).query("SELECT patient, state, unsettled, inputs, priority FROM studies "
                                        "WHERE id = ?1",
                                        {study.value}));
    HZ_ASSIGN(const bool found, rows.next());
    if (!found) return fail(ErrorCode::kNotFound, "no-such-case: it is not here, or was erased");
    StudyRow row;
    row.key = study;
    HZ_ASSIGN(row.patient, get_key<PatientKey>(rows, 0));
    HZ_ASSIGN(row.state, get_as<CaseState>(rows, 1));
    HZ_ASSIGN(const std::int64_t unsettled, rows.get<std::int64_t>(2));
    row.unsettled = unsettled != 0;
    HZ_ASSIGN(row.inputs, rows.get<std::int64_t>(3));
    HZ_ASSIGN(row.priority, get_as<chart::Priority>(rows, 4));
    return row;
}

Status case_changed(const Core& core, StudyKey study) {
    HZ_ASSIGN(const std::int64_t revision, next_number(core));
    return db(core).run(
        "UPDATE studies SET revision = ?2, changed_us = ?3, review = "
        "EXISTS (SELECT 1 FROM conflicts WHERE study = ?1 AND solved_us IS NULL) OR unsettled OR "
        "(state = 2 AND coalesce((SELECT review FROM diagnoses WHERE study = ?1 ORDER BY id DESC LIMIT 1), "
        "0)) "
        "WHERE id = ?1",
        {study.value, revision, now_us(core)});
}

Status set_state(const Core& core, StudyKey study, CaseState state) {
    HZ_TRY(db(core).run("UPDATE studies SET state = ?2 WHERE id = ?1", {study.value, number_of(state)}));
    return case_changed(core, study);
}

Status inputs_changed(const Core& core, StudyKey study) {
    HZ_TRY(db(core).run("UPDATE studies SET inputs = inputs + 1 WHERE id = ?1", {study.value}));
    return case_changed(core, study);
}

}  // namespace huizhen::cases
