#include <huizhen/cases/conflicts.h>

#include "core.h"
#include "study_json.h"

namespace huizhen::cases {

std::string_view conflict_name(ConflictKind kind) {
    switch (kind) {
        case ConflictKind::kInstanceDiffers: return "instance-differs";
        case ConflictKind::kStudyOfTwoPatients: return "study-of-two-patients";
        case ConflictKind::kSeriesOfTwoStudies: return "series-of-two-studies";
        case ConflictKind::kNoPatientId: return "no-patient-id";
        case ConflictKind::kPatientDiffers: return "patient-differs";
        case ConflictKind::kIdsOfTwoPatients: return "ids-of-two-patients";
        case ConflictKind::kAccessionOfAnotherPatient: return "accession-of-another-patient";
        case ConflictKind::kEntryOfTwoPatients: return "entry-of-two-patients";
    }
    return "unknown";
}

namespace {

constexpr std::string_view kSelectConflicts =
    "SELECT id, kind, when_us, study, patient, other, solved_us, solved_by, solution, "
    "(SELECT count(*) FROM held_instances h WHERE h.conflict = c.id) FROM conflicts c ";

Result<std::vector<Conflict>> conflicts_where(const Core& core, std::string_view where,
                                              std::initializer_list<Value> values) {
    std::vector<Conflict> all;
    HZ_TRY(each_row(db(core), std::string(kSelectConflicts) + std::string(where), values,
                    [&](const Rows& rows) -> Status {
                        Conflict& conflict = all.emplace_back();
                        HZ_ASSIGN(conflict.key.value, rows.get<std::int64_t>(0));
                        HZ_ASSIGN(conflict.kind, get_as<ConflictKind>(rows, 1));
                        HZ_ASSIGN(conflict.when, get_time(rows, 2));
                        HZ_ASSIGN(conflict.study, get_key<StudyKey>(rows, 3));
                        HZ_ASSIGN(conflict.patient, get_key<PatientKey>(rows, 4));
                        HZ_ASSIGN(conflict.other, get_key<PatientKey>(rows, 5));
                        HZ_ASSIGN(const auto solved, rows.get<std::optional<std::int64_t>>(6));
                        if (solved) conflict.solved = from_us(*solved);
                        HZ_ASSIGN(conflict.solved_by, rows.get<std::string>(7));
                        HZ_ASSIGN(conflict.solution, rows.get<std::string>(8));
                        HZ_ASSIGN(conflict.held, rows.get<std::int64_t>(9));
                        return {};
                    }));
    return all;
}

}  // namespace

Result<std::vector<Conflict>> open_conflicts(CaseReader& reader, ConflictKey after, std::int64_t limit) {
    return conflicts_where(reader.core(), "WHERE solved_us IS NULL AND id > ?1 ORDER BY id LIMIT ?2",
                           {after.value, std::clamp<std::int64_t>(limit, 1, kMaxConflictPage)});
}

Result<std::vector<Conflict>> conflicts_of(CaseReader& reader, StudyKey study) {
    return conflicts_where(reader.core(), "WHERE study = ?1 ORDER BY id", {study.value});
}

Result<std::vector<NewInstance>> held_instances(CaseReader& reader, ConflictKey conflict) {
    const Core& core = reader.core();
    std::vector<NewInstance> held;
    HZ_TRY(each_row(
        db(core), "SELECT id, sealed FROM held_instances WHERE conflict = ?1 AND sealed != x'' ORDER BY id",
        {conflict.value}, [&](const Rows& rows) -> Status {
            HZ_ASSIGN(const std::int64_t id, rows.get<std::int64_t>(0));
            HZ_ASSIGN(const Blob sealed, rows.get<Blob>(1));
            HZ_ASSIGN(held.emplace_back(), open_json(core, "held_instances", id, sealed, instance_from));
            return {};
        }));
    return held;
}

}  // namespace huizhen::cases
