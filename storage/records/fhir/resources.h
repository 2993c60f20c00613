#pragma once

// Each resource's entries in the chart; none where it says nothing that is kept.

#include "values.h"

namespace huizhen::fhir {

using Entries = std::vector<chart::Entry>;

Entries observation_entries(const Context& context, const Node& node, const Resource& where);
Entries report_entries(const Context& context, const Node& node, const Resource& where);  // DiagnosticReport
Entries document_entries(const Context& context, const Node& node,
                         const Resource& where);  // DocumentReference
Entries condition_entries(const Context& context, const Node& node, const Resource& where);
Entries procedure_entries(const Context& context, const Node& node, const Resource& where);
Entries medication_entries(const Context& context, const Node& node,
                           const Resource& where);  // MedicationRequest
Entries encounter_entries(const Context& context, const Node& node, const Resource& where);
Entries order_entries(const Context& context, const Node& node, const Resource& where);  // ServiceRequest

}  // namespace huizhen::fhir
