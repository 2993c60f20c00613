#include "removal.h"

#include "case_rows.h"

namespace huizhen::cases {

Status doom_if_unnamed(const Core& core, const objects::ObjectName& object) {
    return db(core).run(
        "INSERT OR IGNORE INTO doomed_objects SELECT ?1 WHERE "
        "NOT EXISTS (SELECT 1 FROM instances WHERE object = ?1) AND "
        "NOT EXISTS (SELECT 1 FROM diagnosis_objects WHERE object = ?1) AND "
        "NOT EXISTS (SELECT 1 FROM held_instances h JOIN conflicts c ON c.id = h.conflict "
        "WHERE h.object = ?1 AND c.solved_us IS NULL)",
        {object.str()});
}

Status keep_object(const Core& core, const objects::ObjectName& object) {
    return db(core).run("DELETE FROM doomed_objects WHERE object = ?1", {object.str()});
}

namespace {

Status names_of(const Core& core, std::string_view sql, std::int64_t id,
                std::vector<objects::ObjectName>& into) {
    return each_row(db(core), sql, {id}, [&](const Rows& rows) -> Status {
        HZ_ASSIGN(auto name, rows.get<std::string>(0));
        into.emplace_back(std::move(name));
        return {};
    });
}

}  // namespace

Status remove_conflicts(const Core& core, std::string_view where, std::int64_t id) {
    HZ_ASSIGN(const auto conflicts,
              keys_of<ConflictKey>(core, "SELECT id FROM conflicts WHERE " + std::string(where), {id}));
    for (const ConflictKey conflict : conflicts) {
        std::vector<objects::ObjectName> objects;
        HZ_TRY(
            names_of(core, "SELECT object FROM held_instances WHERE conflict = ?1", conflict.value, objects));
        HZ_TRY(db(core).run("DELETE FROM held_instances WHERE conflict = ?1", {conflict.value}));
        HZ_TRY(db(core).run("DELETE FROM conflicts WHERE id = ?1", {conflict.value}));
        for (const auto& object : objects) HZ_TRY(doom_if_unnamed(core, object));
    }
    return {};
}

Result<std::int64_t> remove_study(const Core& core, StudyKey study) {
    std::vector<objects::ObjectName> objects;
    for (const char* sql :
         {"SELECT object FROM instances WHERE series IN (SELECT id FROM series WHERE study = ?1)",
          "SELECT object FROM diagnosis_objects WHERE diagnosis IN (SELECT id FROM diagnoses WHERE study = "
          "?1)"}) {
        HZ_TRY(names_of(core, sql, study.value, objects));
    }
    HZ_TRY(remove_conflicts(core, "study = ?1", study.value));
    for (const char* sql :
         {"INSERT INTO studies_leaving VALUES (?1)", "DELETE FROM opinions WHERE study = ?1",
          "DELETE FROM diagnosis_objects WHERE diagnosis IN (SELECT id FROM diagnoses WHERE study = ?1)",
          "DELETE FROM diagnoses WHERE study = ?1",
          "DELETE FROM instances WHERE series IN (SELECT id FROM series WHERE study = ?1)",
          "DELETE FROM series WHERE study = ?1", "DELETE FROM studies WHERE id = ?1",
          "DELETE FROM studies_leaving WHERE study = ?1"}) {
        HZ_TRY(db(core).run(sql, {study.value}));
    }
    for (const auto& object : objects) HZ_TRY(doom_if_unnamed(core, object));
    return static_cast<std::int64_t>(objects.size());
}

Result<std::vector<PatientKey>> with_aliases(const Core& core, PatientKey root) {
    return keys_of<PatientKey>(
        core,
        "WITH RECURSIVE tree (id, depth) AS (SELECT ?1, 0 UNION ALL SELECT p.id, depth + 1 "
        "FROM patients p JOIN tree t ON p.merged_into = t.id) "
        "SELECT id FROM tree ORDER BY depth DESC",
        {root.value});
}

Result<std::int64_t> remove_patient_rows(const Core& core, PatientKey patient) {
    HZ_ASSIGN(
        const auto elsewhere,
        keys_of<StudyKey>(core,
                          "SELECT DISTINCT study FROM conflicts WHERE (patient = ?1 OR other = ?1) AND study "
                          "IS NOT NULL",
                          {patient.value}));
    HZ_TRY(remove_conflicts(core, "patient = ?1 OR other = ?1", patient.value));
    for (const StudyKey study : elsewhere) HZ_TRY(case_changed(core, study));
    HZ_TRY(db(core).run("DELETE FROM entries WHERE patient = ?1", {patient.value}));
    const std::int64_t entries = db(core).rows_changed();
    for (const char* sql :
         {"DELETE FROM patient_history WHERE patient = ?1",
          "DELETE FROM patient_merge_ids WHERE merge IN "
          "(SELECT id FROM patient_merges WHERE gone = ?1 OR kept = ?1)",
          "DELETE FROM patient_merges WHERE gone = ?1 OR kept = ?1",
          "DELETE FROM patient_ids WHERE patient = ?1", "DELETE FROM patients WHERE id = ?1"}) {
        HZ_TRY(db(core).run(sql, {patient.value}));
    }
    return entries;
}

}  // namespace huizhen::cases
