#pragma once

// Who a patient is, as a system of the hospital says it.

#include <optional>
#include <string>
#include <vector>

#include <huizhen/base/phi.h>
#include <huizhen/chart/time.h>

namespace huizhen::chart {

// A number means nothing without who gave it: HL7's CX.4, FHIR's identifier.system, DICOM's (0010,0021).
struct PatientId {
    std::string value, authority;

    friend bool operator==(const PatientId&, const PatientId&) = default;
};

enum class Sex { kUnknown, kFemale, kMale, kOther };

struct Patient {
    std::vector<Phi<PatientId>> ids;  // the one to be filed under first; never empty in what is stored
    Phi<std::string> name;  // as in DICOM: "family^given^middle^prefix^suffix", "=" between its writings
    std::optional<Phi<Time>> birth;
    Sex sex = Sex::kUnknown;
};

}  // namespace huizhen::chart
