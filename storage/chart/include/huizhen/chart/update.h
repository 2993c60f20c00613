#pragma once

// What one message, bundle or file changes.

#include <optional>
#include <string>
#include <vector>

#include <huizhen/chart/entries.h>
#include <huizhen/chart/patient.h>

namespace huizhen::chart {

// Two numbers were one person all along: what is filed under `gone` belongs to the update's patient (ADT
// A40).
struct Merge {
    Phi<PatientId> gone;
};

struct PatientUpdate {
    Patient patient;
    std::optional<Merge> merge;
    std::vector<Entry> entries;
};

struct Update {
    std::string source;      // "hl7:LAB|CENTRAL", "fhir", "folder": who said it; no patient data
    std::string message_id;  // the sender's: the same again changes nothing
    std::optional<Time> sent;
    std::vector<PatientUpdate> patients;
    std::vector<std::string> warnings;  // "unknown-unit: OBX 3": what was kept as it came; no patient data
};

}  // namespace huizhen::chart
