#include "patient_rows.h"

#include "case_rows.h"
#include "conflict_rows.h"

namespace huizhen::cases {

Result<std::optional<PatientKey>> patient_of(const Core& core, const Sha256Digest& id) {
    HZ_ASSIGN(const auto found,
              db(core).value<std::int64_t>("SELECT patient FROM patient_ids WHERE hash = ?1", {id}));
    if (!found) return std::optional<PatientKey>();
    return std::optional<PatientKey>(PatientKey{*found});
}

Result<PatientKey> root_of(const Core& core, PatientKey patient) {
    while (true) {
        HZ_ASSIGN(const auto row, db(core).value<std::optional<std::int64_t>>(
                                      "SELECT merged_into FROM patients WHERE id = ?1", {patient.value}));
        if (!row) return fail(ErrorCode::kNotFound, "no-such-patient: it is not here, or was erased");
        if (!*row) return patient;
        patient = PatientKey{**row};
    }
}

Result<chart::Patient> read_demographics(const Core& core, PatientKey patient) {
    HZ_ASSIGN(const auto sealed,
              db(core).value<Blob>("SELECT sealed FROM patients WHERE id = ?1", {patient.value}));
    if (!sealed) return fail(ErrorCode::kNotFound, "no-such-patient: it is not here, or was erased");
    return open_json(core, "patients", patient.value, *sealed, patient_from);
}

Result<std::vector<chart::PatientId>> ids_of(const Core& core, PatientKey patient) {
    std::vector<chart::PatientId> ids;
    HZ_TRY(each_row(db(core), "SELECT id, sealed FROM patient_ids WHERE patient = ?1 ORDER BY id",
                    {patient.value}, [&](const Rows& rows) -> Status {
                        HZ_ASSIGN(const std::int64_t id, rows.get<std::int64_t>(0));
                        HZ_ASSIGN(const Blob sealed, rows.get<Blob>(1));
                        HZ_ASSIGN(ids.emplace_back(),
                                  open_json(core, "patient_ids", id, sealed, patient_id_from));
                        return {};
                    }));
    return ids;
}

namespace {

// Ids stand in rows of their own.
chart::Patient without_ids(chart::Patient patient) {
    patient.ids.clear();
    return patient;
}

chart::Patient combined(const chart::Patient& before, const chart::Patient& says, Word word) {
    chart::Patient after = without_ids(before);
    const Phi<std::string> nameless;
    const bool replaces = word == Word::kReplaces;
    if (!(says.name == nameless) && (replaces || before.name == nameless)) after.name = says.name;
    if (says.birth && (replaces || !before.birth)) after.birth = says.birth;
    if (says.sex != chart::Sex::kUnknown && (replaces || before.sex == chart::Sex::kUnknown)) {
        after.sex = says.sex;
    }
    return after;
}

Status keep_past(const Core& core, PatientKey patient, const chart::Patient& past, const Said& said,
                 std::string_view who) {
    HZ_ASSIGN(const std::int64_t number, next_number(core));
    return db(core).run("INSERT INTO patient_history VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                        {number, patient.value, now_us(core), who, said.source,
                         seal_json(core, "patient_history", number, to_json(without_ids(past)))});
}

bool same_person_data(const chart::Patient& a, const chart::Patient& b) {
    return a.name == b.name && a.birth == b.birth && a.sex == b.sex;
}

}  // namespace

Result<PatientKey> add_patient(const Core& core, const chart::Patient& says, std::int64_t sent_us) {
    HZ_ASSIGN(const std::int64_t number, next_number(core));
    HZ_TRY(db(core).run(
        "INSERT INTO patients VALUES (?1, NULL, ?2, ?3, ?4)",
        {number, seal_json(core, "patients", number, to_json(without_ids(says))), sent_us, now_us(core)}));
    return PatientKey{number};
}

Status add_id(const Core& core, PatientKey patient, const chart::PatientId& normal) {
    HZ_ASSIGN(const std::int64_t number, next_number(core));
    return db(core).run("INSERT INTO patient_ids VALUES (?1, ?2, ?3, ?4, ?5)",
                        {number, hash_of_id(core, normal), hash_of_number(core, normal.value), patient.value,
                         seal_json(core, "patient_ids", number, to_json(normal))});
}

Result<bool> update_demographics(const Core& core, PatientKey patient, const Said& said,
                                 std::string_view who) {
    HZ_ASSIGN(const chart::Patient before, read_demographics(core, patient));
    const chart::Patient after = combined(before, said.patient, said.word);
    if (same_person_data(before, after)) return false;
    if (said.word == Word::kReplaces) {
        HZ_ASSIGN(const auto told_us, db(core).value<std::int64_t>(
                                          "SELECT sent_us FROM patients WHERE id = ?1", {patient.value}));
        if (said.sent_us != 0 && said.sent_us < told_us.value_or(0)) {  // older than what stands
            HZ_TRY(keep_past(core, patient, said.patient, said, who));
            return false;
        }
    }
    HZ_TRY(keep_past(core, patient, before, said, who));
    const std::int64_t now = now_us(core), sent = said.sent_us != 0 ? said.sent_us : now;
    HZ_TRY(
        db(core).run("UPDATE patients SET sealed = ?2, changed_us = ?3, "
                     "sent_us = CASE WHEN ?4 THEN ?5 ELSE sent_us END WHERE id = ?1",
                     {patient.value, seal_json(core, "patients", patient.value, to_json(after)), now,
                      std::int64_t{said.word == Word::kReplaces}, sent}));
    return true;
}

Result<Filed> file_patient(const Core& core, const Said& said, std::string_view who) {
    std::vector<chart::PatientId> ids;
    for (const auto& id : said.patient.ids) {
        ids.push_back(normal_id(core.options, id.reveal_phi("to find the patient")));
        if (ids.back().value.empty()) ids.pop_back();
    }
    if (ids.empty()) return fail(ErrorCode::kInvalidArgument, "no-patient-id: nobody can be told by it");
    Filed filed;
    filed.id = hash_of_id(core, ids.front());
    HZ_ASSIGN(const auto known, patient_of(core, filed.id));
    if (known) {
        filed.patient = *known;
        HZ_ASSIGN(filed.changed, update_demographics(core, filed.patient, said, who));
    } else {
        HZ_ASSIGN(filed.patient,
                  add_patient(core, said.patient, said.word == Word::kReplaces ? said.sent_us : 0));
    }
    for (const chart::PatientId& id : ids) {
        HZ_ASSIGN(const auto whose, patient_of(core, hash_of_id(core, id)));
        if (!whose) {
            HZ_TRY(add_id(core, filed.patient, id));
        } else if (*whose != filed.patient) {
            const auto [low, high] = std::minmax(*whose, filed.patient);
            HZ_TRY(
                open_conflict(core, {.kind = ConflictKind::kIdsOfTwoPatients,
                                     .subject = std::to_string(low.value) + " " + std::to_string(high.value),
                                     .patient = filed.patient,
                                     .other = *whose}));
        }
    }
    return filed;
}

bool cannot_be(const chart::Patient& a, const chart::Patient& b) {
    const auto day_of = [](const chart::Patient& patient) -> std::optional<chart::Time> {
        if (!patient.birth) return std::nullopt;
        const chart::Time& birth = patient.birth->reveal_phi("to compare two patients");
        if (birth.precision < chart::Precision::kDay) return std::nullopt;
        return birth;
    };
    const auto born_a = day_of(a), born_b = day_of(b);
    const auto known = [](chart::Sex sex) { return sex == chart::Sex::kFemale || sex == chart::Sex::kMale; };
    return (born_a && born_b &&
            chart::to_text(*born_a).substr(0, 10) != chart::to_text(*born_b).substr(0, 10)) ||
           (known(a.sex) && known(b.sex) && a.sex != b.sex);
}

Result<std::vector<StudyKey>> touch_cases_of(const Core& core, PatientKey patient) {
    HZ_ASSIGN(
        auto touched,
        keys_of<StudyKey>(core, "SELECT id FROM studies WHERE patient = ?1 AND state != 4", {patient.value}));
    for (const StudyKey study : touched) HZ_TRY(inputs_changed(core, study));
    return touched;
}

}  // namespace huizhen::cases
