#include <huizhen/cases/diagnoses.h>

#include "case_rows.h"
#include "patient_rows.h"
#include "removal.h"
#include "sealing.h"

namespace huizhen::cases {

namespace {

Status add_object(const Core& core, DiagnosisKey diagnosis, const ResultObject& result) {
    if (!core.store->contains(result.object)) {
        return fail(ErrorCode::kNotFound, "object-missing: a result is not in the store; put it again");
    }
    HZ_TRY(keep_object(core, result.object));
    return db(core).run("INSERT OR IGNORE INTO diagnosis_objects VALUES (?1, ?2, ?3)",
                        {diagnosis.value, result.role, result.object.str()});
}

}  // namespace

Result<Recorded> record_diagnosis(CaseBook& book, const Transaction& transaction,
                                  const NewDiagnosis& diagnosis, const By& by) {
    const Core& core = writing(book, transaction);
    if (diagnosis.content.size() > kMaxDiagnosisBytes) {
        return fail(ErrorCode::kLimitExceeded,
                    "diagnosis-too-big: it is over " + std::to_string(kMaxDiagnosisBytes >> 20) + " MiB");
    }
    HZ_ASSIGN(const StudyRow row, read_study_row(core, diagnosis.ready.study));
    HZ_ASSIGN(const auto known, find_diagnosis(book, row.key, diagnosis.model, diagnosis.inputs));
    Recorded recorded;
    recorded.already = known.has_value();
    // What a model says unasked of a signed case is kept, and changes nothing about the signature.
    recorded.current = row.inputs == diagnosis.ready.inputs && row.state != CaseState::kReceiving &&
                       row.state != CaseState::kSigned;
    if (known) {
        recorded.key = *known;
        // The case waits, and the answer is here: nothing else will come.
        if (recorded.current) HZ_TRY(set_state(core, row.key, CaseState::kDiagnosed));
        return recorded;
    }
    HZ_ASSIGN(recorded.key.value, next_number(core));
    HZ_TRY(db(core).run("INSERT INTO diagnoses VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                        {recorded.key.value, row.key.value, diagnosis.model, diagnosis.inputs, now_us(core),
                         std::int64_t{diagnosis.needs_review},
                         seal_bytes(core, "diagnoses", recorded.key.value, diagnosis.content)}));
    for (const ResultObject& result : diagnosis.objects) HZ_TRY(add_object(core, recorded.key, result));
    HZ_TRY(recorded.current ? set_state(core, row.key, CaseState::kDiagnosed) : case_changed(core, row.key));
    HZ_TRY(record(core, transaction, "record-diagnosis", by, row.patient));
    return recorded;
}

Status add_result(CaseBook& book, const Transaction& transaction, DiagnosisKey diagnosis,
                  const ResultObject& result) {
    const Core& core = writing(book, transaction);
    HZ_ASSIGN(const auto study,
              db(core).value<std::int64_t>("SELECT study FROM diagnoses WHERE id = ?1", {diagnosis.value}));
    if (!study) return fail(ErrorCode::kNotFound, "no-such-diagnosis: it is not here, or was erased");
    HZ_TRY(add_object(core, diagnosis, result));
    return case_changed(core, StudyKey{*study});
}

Result<std::vector<DiagnosisKey>> diagnoses_of(CaseReader& reader, StudyKey study) {
    return keys_of<DiagnosisKey>(reader.core(), "SELECT id FROM diagnoses WHERE study = ?1 ORDER BY id",
                                 {study.value});
}

Result<std::optional<DiagnosisKey>> find_diagnosis(CaseReader& reader, StudyKey study,
                                                   const Sha256Digest& model, const Sha256Digest& inputs) {
    HZ_ASSIGN(
        const auto found,
        db(reader.core())
            .value<std::int64_t>("SELECT id FROM diagnoses WHERE study = ?1 AND model = ?2 AND inputs = ?3",
                                 {study.value, model, inputs}));
    if (!found) return std::optional<DiagnosisKey>();
    return std::optional<DiagnosisKey>(DiagnosisKey{*found});
}

Result<Diagnosis> read_diagnosis(CaseReader& reader, DiagnosisKey key) {
    const Core& core = reader.core();
    HZ_ASSIGN(Rows rows, db(core).query("SELECT study, when_us, model, inputs, review, sealed FROM diagnoses "
                                        "WHERE id = ?1",
                                        {key.value}));
    HZ_ASSIGN(const bool found, rows.next());
    if (!found) return fail(ErrorCode::kNotFound, "no-such-diagnosis: it is not here, or was erased");
    Diagnosis diagnosis;
    diagnosis.key = key;
    HZ_ASSIGN(diagnosis.study.value, rows.get<std::int64_t>(0));
    HZ_ASSIGN(diagnosis.when, get_time(rows, 1));
    HZ_ASSIGN(diagnosis.model, get_hash(rows, 2));
    HZ_ASSIGN(diagnosis.inputs, get_hash(rows, 3));
    HZ_ASSIGN(const std::int64_t review, rows.get<std::int64_t>(4));
    diagnosis.needs_review = review != 0;
    HZ_ASSIGN(const Blob sealed, rows.get<Blob>(5));
    HZ_ASSIGN(diagnosis.content, open_bytes(core, "diagnoses", key.value, sealed));
    HZ_TRY(each_row(db(core), "SELECT role, object FROM diagnosis_objects WHERE diagnosis = ?1 ORDER BY role",
                    {key.value}, [&](const Rows& objects) -> Status {
                        ResultObject& result = diagnosis.objects.emplace_back();
                        HZ_ASSIGN(result.role, objects.get<std::string>(0));
                        HZ_ASSIGN(auto name, objects.get<std::string>(1));
                        result.object = objects::ObjectName(std::move(name));
                        return {};
                    }));
    return diagnosis;
}

Result<Sha256Digest> input_hash(CaseReader& reader, StudyKey study, const Window& window) {
    const Core& core = reader.core();
    vault::KeyedHash hash(core.search);
    const auto add = [&](std::string line) { hash.update(vault::view_of(line += '\n')); };
    add("huizhen case inputs 1");
    HZ_TRY(each_row(db(core),
                    "SELECT i.uid, i.object FROM instances i JOIN series s ON s.id = i.series "
                    "WHERE s.study = ?1 ORDER BY i.uid",
                    {study.value}, [&](const Rows& rows) -> Status {
                        HZ_ASSIGN(const auto uid, rows.get<std::string>(0));
                        HZ_ASSIGN(const auto object, rows.get<std::string>(1));
                        add("instance " + uid + " " + object);
                        return {};
                    }));
    HZ_ASSIGN(const auto entries, entries_for(reader, study, window));
    for (const StoredEntry& entry : entries) add("entry " + std::to_string(entry.key.value));
    HZ_ASSIGN(const StudyRow row, read_study_row(core, study));
    if (row.patient) {
        HZ_ASSIGN(chart::Patient patient, read_demographics(core, *row.patient));
        patient.name = Phi<std::string>();
        add("patient " + to_text(to_json(patient)));
    }
    return hash.finish();
}

}  // namespace huizhen::cases
