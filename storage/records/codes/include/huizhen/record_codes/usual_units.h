#pragma once

// One unit for each usual laboratory value, whatever the laboratory writes: the same creatinine must be the
// same number. By LOINC code; between mass and substance only where the code says which substance it is.

#include <huizhen/chart/entries.h>

namespace huizhen::records {

enum class UnitFound { kNone, kKnown, kUnknown };

// The observation's quantity, whose unit is as the sender wrote it, in UCUM and in the usual unit, its range
// with it; `written` keeps what it was where that changed. A unit that is not known stays.
UnitFound normalise_unit(chart::Observation& observation);

}  // namespace huizhen::records
