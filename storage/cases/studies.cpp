#include <huizhen/cases/studies.h>

#include "case_rows.h"
#include "study_json.h"

namespace huizhen::cases {

Result<std::optional<StudyKey>> find_study(CaseReader& reader, std::string_view uid) {
    HZ_ASSIGN(const auto found,
              db(reader.core()).value<std::int64_t>("SELECT id FROM studies WHERE uid = ?1", {uid}));
    if (!found) return std::optional<StudyKey>();
    return std::optional<StudyKey>(StudyKey{*found});
}

Result<Case> read_case(CaseReader& reader, StudyKey key) {
    const Core& core = reader.core();
    HZ_ASSIGN(Rows rows, db(core).query(std::string(kSelectCases) + "WHERE id = ?1", {key.value}));
    HZ_ASSIGN(const bool found, rows.next());
    if (!found) return fail(ErrorCode::kNotFound, "no-such-case: it is not here, or was erased");
    return case_from(core, rows);
}

Result<std::vector<StudyKey>> cases_of(CaseReader& reader, PatientKey patient) {
    return keys_of<StudyKey>(reader.core(), "SELECT id FROM studies WHERE patient = ?1 ORDER BY id",
                             {patient.value});
}

Result<std::vector<Series>> series_of(CaseReader& reader, StudyKey study) {
    const Core& core = reader.core();
    std::vector<Series> all;
    HZ_TRY(each_row(db(core), "SELECT id, uid, sealed, instances FROM series WHERE study = ?1 ORDER BY id",
                    {study.value}, [&](const Rows& rows) -> Status {
                        Series& series = all.emplace_back();
                        HZ_ASSIGN(series.key.value, rows.get<std::int64_t>(0));
                        HZ_ASSIGN(series.uid, rows.get<std::string>(1));
                        HZ_ASSIGN(const Blob sealed, rows.get<Blob>(2));
                        HZ_ASSIGN(series.description,
                                  open_json(core, "series", series.key.value, sealed, series_from));
                        HZ_ASSIGN(series.instances, rows.get<std::int64_t>(3));
                        return {};
                    }));
    return all;
}

namespace {

constexpr std::string_view kSelectInstances =
    "SELECT uid, class_uid, syntax, object, bytes, number FROM instances ";

Result<Instance> instance_from(const Rows& rows) {
    Instance instance;
    HZ_ASSIGN(instance.uid, rows.get<std::string>(0));
    HZ_ASSIGN(instance.class_uid, rows.get<std::string>(1));
    HZ_ASSIGN(instance.transfer_syntax, rows.get<std::string>(2));
    HZ_ASSIGN(auto object, rows.get<std::string>(3));
    instance.object = objects::ObjectName(std::move(object));
    HZ_ASSIGN(instance.bytes, rows.get<std::int64_t>(4));
    HZ_ASSIGN(instance.number, rows.get<std::int64_t>(5));
    return instance;
}

}  // namespace

Result<std::vector<Instance>> instances_of(CaseReader& reader, SeriesKey series) {
    std::vector<Instance> all;
    HZ_TRY(each_row(db(reader.core()),
                    std::string(kSelectInstances) + "WHERE series = ?1 ORDER BY number, uid", {series.value},
                    [&](const Rows& rows) -> Status {
                        HZ_ASSIGN(all.emplace_back(), instance_from(rows));
                        return {};
                    }));
    return all;
}

Result<std::optional<Instance>> find_instance(CaseReader& reader, std::string_view uid) {
    HZ_ASSIGN(Rows rows, db(reader.core()).query(std::string(kSelectInstances) + "WHERE uid = ?1", {uid}));
    HZ_ASSIGN(const bool found, rows.next());
    if (!found) return std::optional<Instance>();
    HZ_ASSIGN(Instance instance, instance_from(rows));
    return std::optional<Instance>(std::move(instance));
}

}  // namespace huizhen::cases
