#pragma once

#include "values.h"

namespace huizhen::fhir {

// kMalformedInput "no-patient-id" where it has neither an identifier nor an id.
Result<chart::Patient> patient_of(const Context& context, const Node& node, const Resource& where);

}  // namespace huizhen::fhir
