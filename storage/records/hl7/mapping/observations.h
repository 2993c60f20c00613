#pragma once

// OBX as observations: laboratory values, measurements.

#include "group.h"

namespace huizhen::hl7 {

// Of a result's status (tables 0085 and 0123); final where it is empty.
chart::State state_of(std::string_view status);

// Those findings of the group that are none of `left_out`, each under a number of its own; and the comments
// on them as one document.
void add_observations(const Context& context, const Group& group, std::span<const Finding* const> left_out,
                      std::vector<chart::Entry>& entries);

}  // namespace huizhen::hl7
