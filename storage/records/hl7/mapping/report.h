#pragma once

// OBX as one text: radiology, pathology.

#include "group.h"

namespace huizhen::hl7 {

// The findings that are the report's text: words, where a service that writes reports made them, or where
// there is more of them than a laboratory's remark. Empty where the group is no report.
std::vector<const Finding*> report_findings(const Context& context, const Group& group);

// One document of them: a heading where OBX-3 changes, one line for each repetition.
chart::Entry report_of(const Context& context, const Group& group, std::span<const Finding* const> findings);

// The text alone.
std::string joined_words(const Context& context, std::span<const Finding* const> findings,
                         std::string_view title);

}  // namespace huizhen::hl7
