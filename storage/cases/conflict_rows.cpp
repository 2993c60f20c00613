#include "conflict_rows.h"

#include "case_rows.h"
#include "study_json.h"

namespace huizhen::cases {

Result<ConflictKey> open_conflict(const Core& core, const Contradiction& what) {
    HZ_ASSIGN(const auto known,
              db(core).value<std::int64_t>(
                  "SELECT id FROM conflicts WHERE kind = ?1 AND subject = ?2 AND solved_us IS NULL",
                  {number_of(what.kind), what.subject}));
    if (known) return ConflictKey{*known};
    HZ_ASSIGN(const std::int64_t number, next_number(core));
    HZ_TRY(db(core).run("INSERT INTO conflicts VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, NULL, '', '')",
                        {number, number_of(what.kind), what.subject, now_us(core), or_null(what.study),
                         or_null(what.patient), or_null(what.other)}));
    return ConflictKey{number};
}

Result<std::optional<std::string>> where_held(const Core& core, std::string_view uid,
                                              const objects::ObjectName& object) {
    return db(core).value<std::string>(
        "SELECT s.uid FROM held_instances h JOIN conflicts c ON c.id = h.conflict JOIN studies s ON "
        "s.id = c.study WHERE h.uid = ?1 AND h.object = ?2",
        {uid, object.str()});
}

Status hold_instance(const Core& core, ConflictKey conflict, const NewInstance& instance) {
    HZ_ASSIGN(const std::int64_t number, next_number(core));
    return db(core).run("INSERT INTO held_instances VALUES (?1, ?2, ?3, ?4, ?5)",
                        {number, conflict.value, instance.uid, instance.object.str(),
                         seal_json(core, "held_instances", number, to_json(instance))});
}

Status close_conflict(const Core& core, ConflictKey conflict, std::string_view who,
                      std::string_view solution) {
    // That they were decided against is remembered, what they said is not.
    HZ_TRY(db(core).run("UPDATE held_instances SET sealed = x'' WHERE conflict = ?1", {conflict.value}));
    return db(core).run(
        "UPDATE conflicts SET solved_us = ?2, solved_by = ?3, solution = ?4 WHERE id = ?1 AND solved_us IS "
        "NULL",
        {conflict.value, now_us(core), who, solution});
}

Status solve_ids_of_two(const Core& core, PatientKey one, PatientKey other, std::string_view who) {
    HZ_ASSIGN(
        const auto open,
        keys_of<ConflictKey>(core,
                             "SELECT id FROM conflicts WHERE kind IN (6, 7, 8) AND solved_us IS NULL AND "
                             "((patient = ?1 AND other = ?2) OR (patient = ?2 AND other = ?1))",
                             {one.value, other.value}));
    for (const ConflictKey conflict : open) HZ_TRY(close_conflict(core, conflict, who, "merged"));
    return {};
}

}  // namespace huizhen::cases
