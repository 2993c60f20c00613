#pragma once

// Opening conflicts, and holding instances for them.

#include <huizhen/cases/conflicts.h>

#include "core.h"

namespace huizhen::cases {

struct Contradiction {
    ConflictKind kind{};
    std::string subject;  // the same contradiction again has the same one
    std::optional<StudyKey> study = {};
    std::optional<PatientKey> patient = {}, other = {};
};

// The open one of that kind and subject where there is one. Its study needs a person from now on: call
// case_changed() in the end.
Result<ConflictKey> open_conflict(const Core& core, const Contradiction& what);

// The UID of the study in whose conflict these bytes are held, or were decided against.
Result<std::optional<std::string>> where_held(const Core& core, std::string_view uid,
                                              const objects::ObjectName& object);
Status hold_instance(const Core& core, ConflictKey conflict, const NewInstance& instance);

Status close_conflict(const Core& core, ConflictKey conflict, std::string_view who,
                      std::string_view solution);
// By merging them a person or the hospital has answered whether two are one.
Status solve_ids_of_two(const Core& core, PatientKey one, PatientKey other, std::string_view who);

}  // namespace huizhen::cases
