#include <map>

#include "case_rows.h"
#include "conflict_rows.h"
#include "intake_rows.h"
#include "patient_rows.h"
#include "removal.h"
#include "study_json.h"

namespace huizhen::cases {

namespace {

struct Open {
    ConflictKind kind{};
    std::optional<StudyKey> study;
    std::optional<PatientKey> patient;
};

Result<Open> read_open(const Core& core, ConflictKey conflict) {
    HZ_ASSIGN(Rows rows, db(core).query("SELECT kind, study, patient, solved_us FROM conflicts WHERE id = ?1",
                                        {conflict.value}));
    HZ_ASSIGN(const bool found, rows.next());
    if (!found) return fail(ErrorCode::kNotFound, "no-such-conflict: it is not here");
    Open open;
    HZ_ASSIGN(open.kind, get_as<ConflictKind>(rows, 0));
    HZ_ASSIGN(open.study, get_key<StudyKey>(rows, 1));
    HZ_ASSIGN(open.patient, get_key<PatientKey>(rows, 2));
    HZ_ASSIGN(const auto solved, rows.get<std::optional<std::int64_t>>(3));
    if (solved) return fail(ErrorCode::kInvalidArgument, "conflict-solved: somebody has decided it already");
    return open;
}

Status finish(const Core& core, const Transaction& transaction, const Open& open, const By& by) {
    std::optional<PatientKey> about = open.patient;
    if (open.study) {
        HZ_TRY(case_changed(core, *open.study));
        HZ_ASSIGN(const StudyRow row, read_study_row(core, *open.study));
        about = row.patient;
    }
    return record(core, transaction, "solve-conflict", by, about);
}

// In the place of what has its UID, or into its series, or into a new series of the study.
Result<bool> take_one(const Core& core, StudyKey study, const NewInstance& held) {
    HZ_ASSIGN(const auto here,
              db(core).value<std::string>("SELECT object FROM instances WHERE uid = ?1", {held.uid}));
    if (here) {
        HZ_TRY(db(core).run(
            "UPDATE instances SET object = ?2, bytes = ?3, number = ?4, class_uid = ?5, "
            "syntax = ?6 WHERE uid = ?1",
            {held.uid, held.object.str(), held.bytes, held.number, held.class_uid, held.transfer_syntax}));
        HZ_TRY(doom_if_unnamed(core, objects::ObjectName(*here)));
        return false;
    }
    HZ_ASSIGN(const auto series,
              db(core).value<std::int64_t>("SELECT id FROM series WHERE uid = ?1", {held.series_uid}));
    SeriesKey into{series.value_or(0)};
    if (!series) {
        HZ_ASSIGN(into, add_series(core, study, held));
    }
    HZ_TRY(add_instance(core, into, held));
    return true;
}

// What the taken images say of the study is what its images say from now on, the patient included.
Status believe(const Core& core, StudyKey study, const StudyDescription& says, const By& by) {
    const auto id = said_id_of(core, says);
    HZ_ASSIGN(const auto same,
              db(core).value<std::int64_t>("SELECT 1 FROM studies WHERE id = ?1 AND said_id IS ?2",
                                           {study.value, or_null(id)}));
    if (same) return {};
    HZ_TRY(db(core).run(
        "UPDATE studies SET said_id = ?2, sealed = ?3, patient = NULL, filed_id = NULL WHERE id = ?1",
        {study.value, or_null(id), seal_json(core, "studies", study.value, to_json(says))}));
    return name_patient(core, study, says, by.who).map([](const auto&) {});
}

}  // namespace

Status keep_first(CaseBook& book, const Transaction& transaction, ConflictKey conflict, const By& by) {
    const Core& core = writing(book, transaction);
    HZ_ASSIGN(const Open open, read_open(core, conflict));
    HZ_ASSIGN(const auto held, held_instances(book, conflict));
    HZ_TRY(close_conflict(core, conflict, by.who, "kept-first"));
    for (const NewInstance& instance : held) HZ_TRY(doom_if_unnamed(core, instance.object));
    return finish(core, transaction, open, by);
}

Status take_held(CaseBook& book, const Transaction& transaction, ConflictKey conflict, const By& by) {
    const Core& core = writing(book, transaction);
    HZ_ASSIGN(const Open open, read_open(core, conflict));
    HZ_ASSIGN(const auto held, held_instances(book, conflict));
    if (held.empty() || !open.study) {
        return fail(ErrorCode::kInvalidArgument, "nothing-held: this conflict is not about images");
    }
    std::map<StudyKey, std::int64_t> added;
    for (const NewInstance& instance : held) {
        HZ_ASSIGN(const bool is_new, take_one(core, *open.study, instance));
        HZ_ASSIGN(const auto study, db(core).value<std::int64_t>(
                                        "SELECT s.study FROM instances i JOIN series s ON s.id = i.series "
                                        "WHERE i.uid = ?1",
                                        {instance.uid}));
        added[StudyKey{study.value_or(0)}] += is_new ? 1 : 0;
    }
    HZ_TRY(believe(core, *open.study, held.front().study, by));
    HZ_TRY(close_conflict(core, conflict, by.who, "took-held"));
    // What was taken is held no more: sent again, it is there already.
    HZ_TRY(db(core).run("DELETE FROM held_instances WHERE conflict = ?1", {conflict.value}));
    for (const auto& [study, count] : added) HZ_TRY(images_arrived(core, study, count));
    return finish(core, transaction, open, by);
}

namespace {

// Somebody without a number of the hospital's gets one of ours.
Result<PatientKey> new_patient_of(const Core& core, StudyKey study) {
    HZ_ASSIGN(const auto sealed,
              db(core).value<Blob>("SELECT sealed FROM studies WHERE id = ?1", {study.value}));
    HZ_ASSIGN(const StudyDescription says, open_json(core, "studies", study.value, *sealed, study_from));
    HZ_ASSIGN(const PatientKey patient, add_patient(core, says.patient, 0));
    HZ_TRY(add_id(core, patient, {"CASE-" + std::to_string(study.value), "HUIZHEN"}));
    return patient;
}

}  // namespace

Result<PatientKey> assign_study(CaseBook& book, const Transaction& transaction, StudyKey study,
                                std::optional<PatientKey> patient, const By& by) {
    const Core& core = writing(book, transaction);
    HZ_ASSIGN(const StudyRow before, read_study_row(core, study));
    PatientKey whose;
    if (patient) {
        HZ_ASSIGN(whose, root_of(core, *patient));
    } else {
        HZ_ASSIGN(whose, new_patient_of(core, study));
    }
    HZ_TRY(
        db(core).run("UPDATE studies SET patient = ?2, filed_id = (SELECT hash FROM patient_ids WHERE "
                     "patient = ?2 ORDER BY id LIMIT 1) WHERE id = ?1",
                     {study.value, whose.value}));
    HZ_ASSIGN(const auto asked,
              keys_of<ConflictKey>(core,
                                   "SELECT id FROM conflicts WHERE study = ?1 AND kind IN (4, 5, 7) AND "
                                   "solved_us IS NULL",
                                   {study.value}));
    for (const ConflictKey conflict : asked) HZ_TRY(close_conflict(core, conflict, by.who, "assigned"));
    HZ_TRY(inputs_changed(core, study));
    if (before.patient && *before.patient != whose) {
        HZ_TRY(record(core, transaction, "assign-case", by, before.patient));
    }
    HZ_TRY(record(core, transaction, "assign-case", by, whose));
    return whose;
}

}  // namespace huizhen::cases
