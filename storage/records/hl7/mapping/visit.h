#pragma once

#include "context.h"

namespace huizhen::hl7 {

// PV1. Nothing where it tells of no visit.
std::optional<chart::Entry> visit_of(const Context& context, const Segment& pv1, std::string_view event);

}  // namespace huizhen::hl7
