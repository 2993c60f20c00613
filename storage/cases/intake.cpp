#include <map>

#include <huizhen/cases/intake.h>

#include "case_rows.h"
#include "conflict_rows.h"
#include "intake_rows.h"
#include "patient_rows.h"
#include "removal.h"
#include "study_json.h"

namespace huizhen::cases {

namespace {

// PS3.5, 9.1.
bool is_uid(std::string_view uid) {
    return !uid.empty() && uid.size() <= 64 && uid.find_first_not_of("0123456789.") == std::string_view::npos;
}

struct KnownStudy {
    StudyKey key;
    std::optional<PatientKey> patient;
    std::optional<Sha256Digest> said_id;
    int added = 0, again = 0, held = 0;
};

class Intake {
  public:
    Intake(const Core& core, const By& by) : core_(core), by_(by) {}

    Result<Result<Stored>> add(const NewInstance& instance);
    Status finish(const Transaction& transaction);

  private:
    Result<KnownStudy*> study_of(const std::string& uid, const NewInstance& instance);
    struct Here {
        std::string object, study_uid;
    };
    Result<std::optional<Here>> here_of(std::string_view uid);
    Result<KnownStudy> add_study(const NewInstance& instance, std::optional<Sha256Digest> said_id);
    Result<std::optional<SeriesKey>> series_of(const KnownStudy& study, const NewInstance& instance);
    Result<Stored> hold(KnownStudy& study, const NewInstance& instance, ConflictKind kind);

    const Core& core_;
    const By& by_;
    std::map<std::string, KnownStudy, std::less<>> studies_;  // of this batch, by UID
    std::map<std::string, SeriesKey, std::less<>> series_;
};

Result<KnownStudy*> Intake::study_of(const std::string& uid, const NewInstance& instance) {
    if (const auto known = studies_.find(uid); known != studies_.end()) return &known->second;
    HZ_ASSIGN(Rows rows, db(core_).query("SELECT id, patient, said_id FROM studies WHERE uid = ?1", {uid}));
    HZ_ASSIGN(const bool found, rows.next());
    KnownStudy study;
    if (found) {
        HZ_ASSIGN(study.key.value, rows.get<std::int64_t>(0));
        HZ_ASSIGN(study.patient, get_key<PatientKey>(rows, 1));
        HZ_ASSIGN(const auto said, rows.get<std::optional<Blob>>(2));
        if (said) {
            HZ_ASSIGN(study.said_id, get_hash(rows, 2));
        }
    } else {
        HZ_ASSIGN(study, add_study(instance, said_id_of(core_, instance.study)));
    }
    return &studies_.emplace(uid, study).first->second;
}

Result<std::optional<Intake::Here>> Intake::here_of(std::string_view uid) {
    HZ_ASSIGN(Rows rows,
              db(core_).query("SELECT i.object, s.uid FROM instances i JOIN series r ON r.id = i.series "
                              "JOIN studies s ON s.id = r.study WHERE i.uid = ?1",
                              {uid}));
    HZ_ASSIGN(const bool found, rows.next());
    if (!found) return std::optional<Here>();
    Here here;
    HZ_ASSIGN(here.object, rows.get<std::string>(0));
    HZ_ASSIGN(here.study_uid, rows.get<std::string>(1));
    return std::optional<Here>(std::move(here));
}

Result<KnownStudy> Intake::add_study(const NewInstance& instance, std::optional<Sha256Digest> said_id) {
    HZ_ASSIGN(const std::int64_t number, next_number(core_));
    const auto accession =
        hash_of_accession(core_, instance.study.accession_number.reveal_phi("to find it by"));
    const std::int64_t now = now_us(core_);
    HZ_TRY(db(core_).run(
        "INSERT INTO studies (id, uid, said_id, accession, sealed, state, priority, review, unsettled, "
        "arrived_us, image_us, changed_us, instances, inputs, revision) "
        "VALUES (?1, ?2, ?3, ?4, ?5, 0, 0, 0, 0, ?6, ?6, ?6, 0, 0, ?1)",
        {number, instance.study_uid, or_null(said_id), or_null(accession),
         seal_json(core_, "studies", number, to_json(instance.study)), now}));
    KnownStudy study{StudyKey{number}, {}, said_id};
    HZ_ASSIGN(study.patient, name_patient(core_, study.key, instance.study, by_.who));
    if (!accession || !study.patient) return study;
    // What was ordered under this number, and what was said under it about somebody else.
    HZ_TRY(
        db(core_).run("UPDATE studies SET priority = max(priority, (SELECT coalesce(max(priority), 0) FROM "
                      "entries WHERE accession = ?2 AND current = 1 AND patient = ?3)) WHERE id = ?1",
                      {number, *accession, study.patient->value}));
    HZ_ASSIGN(const auto others,
              keys_of<PatientKey>(core_,
                                  "SELECT DISTINCT patient FROM entries WHERE accession = ?1 AND current = 1 "
                                  "AND patient != ?2",
                                  {*accession, study.patient->value}));
    for (const PatientKey other : others) {
        HZ_TRY(open_conflict(core_, {.kind = ConflictKind::kAccessionOfAnotherPatient,
                                     .subject = std::to_string(number) + " " + std::to_string(other.value),
                                     .study = study.key,
                                     .patient = study.patient,
                                     .other = other}));
    }
    return study;
}

// Nothing where the series is another study's.
Result<std::optional<SeriesKey>> Intake::series_of(const KnownStudy& study, const NewInstance& instance) {
    const std::string place = instance.study_uid + " " + instance.series_uid;
    if (const auto known = series_.find(place); known != series_.end()) return known->second;
    HZ_ASSIGN(Rows rows,
              db(core_).query("SELECT id, study FROM series WHERE uid = ?1", {instance.series_uid}));
    HZ_ASSIGN(const bool found, rows.next());
    SeriesKey series;
    if (found) {
        HZ_ASSIGN(series.value, rows.get<std::int64_t>(0));
        HZ_ASSIGN(const std::int64_t owner, rows.get<std::int64_t>(1));
        if (owner != study.key.value) return std::optional<SeriesKey>();
    } else {
        HZ_ASSIGN(series, add_series(core_, study.key, instance));
    }
    series_.emplace(place, series);
    return std::optional<SeriesKey>(series);
}

Result<Stored> Intake::hold(KnownStudy& study, const NewInstance& instance, ConflictKind kind) {
    ++study.held;
    std::string subject = std::to_string(study.key.value);
    if (kind == ConflictKind::kSeriesOfTwoStudies) subject += " " + instance.series_uid;
    std::optional<PatientKey> other;  // whom the images name
    if (const auto said = said_id_of(core_, instance.study); said && said != study.said_id) {
        HZ_ASSIGN(other, patient_of(core_, *said));
    }
    HZ_ASSIGN(const ConflictKey conflict, open_conflict(core_, {.kind = kind,
                                                                .subject = subject,
                                                                .study = study.key,
                                                                .patient = study.patient,
                                                                .other = other}));
    HZ_TRY(hold_instance(core_, conflict, instance));
    return Stored{Outcome::kConflict, study.key};
}

Result<Result<Stored>> Intake::add(const NewInstance& instance) {
    if (!is_uid(instance.uid) || !is_uid(instance.series_uid) || !is_uid(instance.study_uid) ||
        !is_uid(instance.class_uid) || !is_uid(instance.transfer_syntax)) {
        return Result<Stored>(
            fail(ErrorCode::kMalformedInput, "bad-uid: a UID has up to 64 digits and points"));
    }
    if (!core_.store->contains(instance.object)) {
        return Result<Stored>(
            fail(ErrorCode::kNotFound, "object-missing: the bytes are not in the store; put them again"));
    }
    HZ_TRY(keep_object(core_, instance.object));
    HZ_ASSIGN(const auto held, where_held(core_, instance.uid, instance.object));
    if (held) {
        HZ_ASSIGN(KnownStudy* const study, study_of(*held, instance));
        ++study->held;
        HZ_TRY(doom_if_unnamed(core_, instance.object));  // decided against: nobody keeps it
        return Result<Stored>(Stored{Outcome::kConflict, study->key});
    }
    HZ_ASSIGN(const auto here, here_of(instance.uid));
    if (here) {
        HZ_ASSIGN(KnownStudy* const study, study_of(here->study_uid, instance));
        if (here->object != instance.object.str()) {
            return hold(*study, instance, ConflictKind::kInstanceDiffers);
        }
        ++study->again;
        return Result<Stored>(Stored{Outcome::kAgain, study->key});
    }
    HZ_ASSIGN(KnownStudy* const study, study_of(instance.study_uid, instance));
    if (said_id_of(core_, instance.study) != study->said_id) {
        return hold(*study, instance, ConflictKind::kStudyOfTwoPatients);
    }
    HZ_ASSIGN(const auto series, series_of(*study, instance));
    if (!series) return hold(*study, instance, ConflictKind::kSeriesOfTwoStudies);
    HZ_TRY(add_instance(core_, *series, instance));
    ++study->added;
    return Result<Stored>(Stored{Outcome::kAdded, study->key});
}

Status Intake::finish(const Transaction& transaction) {
    for (const auto& [uid, study] : studies_) {
        if (study.added > 0) HZ_TRY(images_arrived(core_, study.key, study.added));
        if (study.added > 0 || study.held > 0) HZ_TRY(case_changed(core_, study.key));
        HZ_TRY(record(core_, transaction, "store-instances", by_, study.patient,
                      std::to_string(study.added) + " added, " + std::to_string(study.again) + " again, " +
                          std::to_string(study.held) + " held"));
    }
    return {};
}

}  // namespace

std::optional<Sha256Digest> said_id_of(const Core& core, const StudyDescription& study) {
    if (study.patient.ids.empty()) return std::nullopt;
    const auto id = normal_id(core.options, study.patient.ids.front().reveal_phi("to find the patient"));
    if (id.value.empty()) return std::nullopt;
    return hash_of_id(core, id);
}

Result<std::optional<PatientKey>> name_patient(const Core& core, StudyKey study, const StudyDescription& says,
                                               std::string_view who) {
    Contradiction doubt{
        .kind = ConflictKind::kNoPatientId, .subject = std::to_string(study.value), .study = study};
    const auto id = said_id_of(core, says);
    if (!id) {
        HZ_TRY(open_conflict(core, doubt));
        return std::optional<PatientKey>();
    }
    HZ_ASSIGN(const auto known, patient_of(core, *id));
    if (known) {
        HZ_ASSIGN(const chart::Patient here, read_demographics(core, *known));
        if (cannot_be(here, says.patient)) {
            doubt.kind = ConflictKind::kPatientDiffers;
            doubt.patient = known;
            HZ_TRY(open_conflict(core, doubt));
            return std::optional<PatientKey>();
        }
    }
    const Said said{.patient = says.patient, .source = "images"};
    HZ_ASSIGN(const Filed filed, file_patient(core, said, who));
    HZ_TRY(db(core).run("UPDATE studies SET patient = ?2, filed_id = ?3 WHERE id = ?1",
                        {study.value, filed.patient.value, filed.id}));
    return std::optional<PatientKey>(filed.patient);
}

Result<SeriesKey> add_series(const Core& core, StudyKey study, const NewInstance& instance) {
    HZ_ASSIGN(const std::int64_t number, next_number(core));
    HZ_TRY(db(core).run("INSERT INTO series VALUES (?1, ?2, ?3, ?4, 0)",
                        {number, study.value, instance.series_uid,
                         seal_json(core, "series", number, to_json(instance.series))}));
    return SeriesKey{number};
}

Status add_instance(const Core& core, SeriesKey series, const NewInstance& instance) {
    HZ_ASSIGN(const std::int64_t number, next_number(core));
    HZ_TRY(db(core).run("INSERT INTO instances VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
                        {number, series.value, instance.uid, instance.class_uid, instance.transfer_syntax,
                         instance.object.str(), instance.bytes, instance.number}));
    return db(core).run("UPDATE series SET instances = instances + 1 WHERE id = ?1", {series.value});
}

Status images_arrived(const Core& core, StudyKey study, std::int64_t added) {
    HZ_TRY(
        db(core).run("UPDATE studies SET instances = instances + ?2, inputs = inputs + 1, image_us = ?3, "
                     "unsettled = unsettled OR state = 4, state = 0 WHERE id = ?1",
                     {study.value, added, now_us(core)}));
    return case_changed(core, study);
}

Result<std::vector<Result<Stored>>> add_instances(CaseBook& book, const Transaction& transaction,
                                                  std::span<const NewInstance> instances, const By& by) {
    Intake intake(writing(book, transaction), by);
    std::vector<Result<Stored>> answers;
    answers.reserve(instances.size());
    for (const NewInstance& instance : instances) {
        HZ_ASSIGN(auto answer, intake.add(instance));
        answers.push_back(std::move(answer));
    }
    HZ_TRY(intake.finish(transaction));
    return answers;
}

}  // namespace huizhen::cases
