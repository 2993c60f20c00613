#pragma once

// FHIR R4 in JSON: what a bundle or a single resource changes in charts.
//
// Kept: Patient, Encounter, Observation with its components, DiagnosticReport and DocumentReference as far as
// they hold text, Condition, Procedure, MedicationRequest, ServiceRequest. ImagingStudy and ServiceRequest
// give accession numbers to what refers to them. Every other type is left out, with a warning that counts it.
//
// All or nothing: a bundle in which one entry is wrong is refused whole, and the error names the entry.

#include <chrono>
#include <string>
#include <string_view>

#include <huizhen/base/result.h>
#include <huizhen/chart/update.h>
#include <huizhen/fhir/limits.h>
#include <huizhen/record_codes/code_table.h>

namespace huizhen::fhir {

struct Settings {
    std::chrono::seconds without_zone{0};  // added to local time to get UTC, where a time names no zone
    std::string source = "fhir";           // who sends it
    std::string server = "fhir";  // the authority of resource ids that come without their server's URL
    const records::CodeTable* codes = nullptr;  // borrowed
};

// kMalformedInput: "not-json", "duplicate-key", "not-fhir", "wrong-type", "no-patient-id",
// "unresolved-reference", "bundle"; kUnsupported: "fhir-xml", "method", "nothing-to-keep"; kLimitExceeded:
// "too-large", "too-deep", "too-many-values", "too-many-entries". Warnings begin with "kept-out",
// "unknown-unit", "attachment", "time" or "more-warnings".
Result<chart::Update> to_update(std::string_view json, const Settings& settings);

}  // namespace huizhen::fhir
