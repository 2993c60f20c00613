#pragma once

// What something is, in a code system's word and in the hospital's own.

#include <string>
#include <vector>

namespace huizhen::chart {

struct Code {
    std::string system;  // "http://loinc.org", "http://snomed.info/sct", "http://hl7.org/fhir/sid/icd-10", or
                         // the sender's own
    std::string code;
    std::string display;

    friend bool operator==(const Code&, const Code&) = default;
};

// The same thing in several systems, the sender's first; none where only `text` says what it is.
struct Concept {
    std::vector<Code> codes;
    std::string text;

    friend bool operator==(const Concept&, const Concept&) = default;
};

}  // namespace huizhen::chart
