#pragma once

// Studies as rows, and what every change of one does to its row.

#include <huizhen/cases/studies.h>

#include "core.h"

namespace huizhen::cases {

struct StudyRow {
    StudyKey key;
    std::optional<PatientKey> patient;
    CaseState state{};
    bool unsettled = false;
    std::int64_t inputs = 0;
    chart::Priority priority{};
};
Result<StudyRow> read_study_row(const Core& core, StudyKey study);  // kNotFound, "no-such-case"

// Last in every change: a new revision, and whether a person has to look.
Status case_changed(const Core& core, StudyKey study);
Status set_state(const Core& core, StudyKey study, CaseState state);
// What a diagnosis rests upon is other than it was.
Status inputs_changed(const Core& core, StudyKey study);

// All columns of a Case; "SELECT ... FROM studies" without what follows.
extern const std::string_view kSelectCases;
Result<Case> case_from(const Core& core, const Rows& rows);

}  // namespace huizhen::cases
