#pragma once

// What a message changes in a chart.
//
//     ADT      A01 A02 A03 A04 A05 A06 A07 A08 A11 A12 A13 A28 A31: the patient, the visit, diagnoses,
//     procedures
//              A18 A30 A34 A36 A39 A40 A47: two numbers are one patient
//     ORU OUL  observations; what is words (radiology, pathology) is one document for each OBR
//     MDM      T01 to T11: documents, their replacement and withdrawal
//     ORM OML OMG OMI OMP RDE: orders with priority and accession number; medication
//
// A patient is never erased by a message: a person decides that.

#include <chrono>
#include <string>

#include <huizhen/base/result.h>
#include <huizhen/chart/update.h>
#include <huizhen/hl7/message.h>
#include <huizhen/record_codes/code_table.h>

namespace huizhen::hl7 {

struct Settings {
    std::chrono::seconds without_zone{0};       // added to local time to get UTC, where a time names no zone
    std::string default_authority;              // of patient numbers that name none
    std::string processing_ids = "P";           // MSH-11 that are taken: production; an empty one is
    const records::CodeTable* codes = nullptr;  // borrowed
};

// kUnsupported: "message-type", "event", "processing-id", "version"; kMalformedInput: "no-patient",
// "no-patient-id", "no-control-id", "no-merged-id", "no-document". Every warning's first word is stable, and
// names its segment by number: "unknown-unit", "not-a-number", "value-type", "reference-range", "attachment",
// "time", "kept-out", "line-break", "character-set-undeclared", "more-warnings".
Result<chart::Update> to_update(const Message& message, const Settings& settings);

}  // namespace huizhen::hl7
