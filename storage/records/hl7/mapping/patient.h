#pragma once

#include "context.h"

namespace huizhen::hl7 {

// PID. kMalformedInput "no-patient-id" where it has no number of a patient.
Result<chart::Patient> patient_of(const Context& context, const Segment& pid);

// CX fields: numbers of patients, not of visits or accounts; the medical record's first.
std::vector<Phi<chart::PatientId>> patient_ids(const Context& context, const Field& field);

}  // namespace huizhen::hl7
