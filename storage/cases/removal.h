#pragma once

// Rows that go, and the objects only they named.

#include "core.h"

namespace huizhen::cases {

// Marks it for removal unless a row still names it. Say it after the row is gone.
Status doom_if_unnamed(const Core& core, const objects::ObjectName& object);
// Somebody names it (again).
Status keep_object(const Core& core, const objects::ObjectName& object);

// A study with all that hangs on it. How many objects were doomed.
Result<std::int64_t> remove_study(const Core& core, StudyKey study);
// A conflict with what it held.
Status remove_conflicts(const Core& core, std::string_view where, std::int64_t id);
// The patient and all aliases, those merged last first: the order to remove them in.
Result<std::vector<PatientKey>> with_aliases(const Core& core, PatientKey root);
// A patient or an alias without studies: ids, entries, past. How many entries.
Result<std::int64_t> remove_patient_rows(const Core& core, PatientKey patient);

}  // namespace huizhen::cases
