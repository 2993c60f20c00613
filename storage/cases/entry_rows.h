#pragma once

#include <huizhen/cases/entries.h>

#include "core.h"

namespace huizhen::cases {

// Columns of a StoredEntry; "SELECT ... FROM entries" without what follows.
extern const std::string_view kSelectEntries;
Result<std::vector<StoredEntry>> entries_where(const Core& core, std::string_view where,
                                               std::initializer_list<Value> values);

}  // namespace huizhen::cases
