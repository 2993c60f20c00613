#pragma once

// What a person may tell about the patient: inputs of the published formulas and guidelines.

#include <CLI/App.hpp>

#include <huizhen/clinical/facts.h>

namespace huizhen::node {

// Adds --age, --sex, --smoking ... to `command`; parsing fills `facts`, which must outlive it.
void add_patient_options(CLI::App& command, clinical::PatientFacts& facts);

}  // namespace huizhen::node
