#pragma once

// The names of code systems: HL7 v2 says "LN", FHIR "http://loinc.org". The chart keeps FHIR's.

#include <string>
#include <string_view>

namespace huizhen::records {

inline constexpr std::string_view kLoinc = "http://loinc.org", kSnomed = "http://snomed.info/sct",
                                  kIcd10 = "http://hl7.org/fhir/sid/icd-10",
                                  kUcum = "http://unitsofmeasure.org";

// Of table 0396's name, in any case: "LN", "SCT", "I10", "HL70078"; what is not known is returned as it came.
std::string code_system_uri(std::string_view name);

}  // namespace huizhen::records
