#include <huizhen/cases/states.h>

#include "case_rows.h"

namespace huizhen::cases {

Result<std::vector<Ready>> complete_quiet(CaseBook& book, const Transaction& transaction,
                                          std::chrono::milliseconds quiet, std::int64_t limit, const By& by) {
    const Core& core = writing(book, transaction);
    HZ_ASSIGN(const auto studies,
              keys_of<StudyKey>(core,
                                "SELECT id FROM studies WHERE state = 0 AND instances > 0 AND image_us <= ?1 "
                                "ORDER BY image_us "
                                "LIMIT ?2",
                                {to_us(core.clock->now() - quiet), limit}));
    std::vector<Ready> ready;
    for (const StudyKey study : studies) {
        HZ_ASSIGN(const StudyRow row, read_study_row(core, study));
        HZ_TRY(set_state(core, study, CaseState::kComplete));
        HZ_TRY(record(core, transaction, "complete-case", by, row.patient));
        ready.push_back({study, row.inputs, row.priority});
    }
    return ready;
}

Result<std::optional<Time>> next_complete(CaseReader& reader, std::chrono::milliseconds quiet) {
    HZ_ASSIGN(const auto oldest,
              db(reader.core())
                  .value<std::optional<std::int64_t>>(
                      "SELECT min(image_us) FROM studies WHERE state = 0 AND instances > 0"));
    if (!oldest || !*oldest) return std::optional<Time>();
    return std::optional<Time>(from_us(**oldest) + quiet);
}

Result<Ready> complete_now(CaseBook& book, const Transaction& transaction, StudyKey study, const By& by) {
    const Core& core = writing(book, transaction);
    HZ_ASSIGN(const StudyRow row, read_study_row(core, study));
    if (row.state == CaseState::kSigned) {
        HZ_TRY(db(core).run("UPDATE studies SET unsettled = 1 WHERE id = ?1", {study.value}));
    }
    HZ_TRY(set_state(core, study, CaseState::kComplete));
    HZ_TRY(record(core, transaction, "complete-case", by, row.patient));
    return Ready{study, row.inputs, row.priority};
}

Status mark_failed(CaseBook& book, const Transaction& transaction, const Ready& ready, const By& by) {
    const Core& core = writing(book, transaction);
    HZ_ASSIGN(const StudyRow row, read_study_row(core, ready.study));
    if (row.inputs != ready.inputs || row.state != CaseState::kComplete) return {};
    HZ_TRY(set_state(core, ready.study, CaseState::kFailed));
    return record(core, transaction, "fail-case", by, row.patient);
}

Status set_priority(CaseBook& book, const Transaction& transaction, StudyKey study, chart::Priority priority,
                    const By& by) {
    const Core& core = writing(book, transaction);
    HZ_ASSIGN(const StudyRow row, read_study_row(core, study));
    HZ_TRY(
        db(core).run("UPDATE studies SET priority = ?2 WHERE id = ?1", {study.value, number_of(priority)}));
    HZ_TRY(case_changed(core, study));
    return record(core, transaction, "set-priority", by, row.patient);
}

}  // namespace huizhen::cases
