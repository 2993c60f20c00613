#pragma once

#include "context.h"

namespace huizhen::hl7 {

// DG1 and PR1. Nothing where they name nothing.
std::optional<chart::Entry> diagnosis_of(const Context& context, const Segment& dg1);
std::optional<chart::Entry> procedure_of(const Context& context, const Segment& pr1);

}  // namespace huizhen::hl7
