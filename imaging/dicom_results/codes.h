#pragma once

// Coded concepts (PS3.3 8): those of DICOM, SNOMED CT, LOINC, UCUM and UMLS where there is one, else ours,
// which the imaging module's README defines.

#include <string>

namespace huizhen::imaging {

struct Code {
    std::string value, scheme, meaning;
};

inline constexpr const char* kPrivateScheme = "99HUIZHEN";

inline Code dcm(std::string value, std::string meaning) {
    return {std::move(value), "DCM", std::move(meaning)};
}
inline Code sct(std::string value, std::string meaning) {
    return {std::move(value), "SCT", std::move(meaning)};
}
inline Code ucum(std::string value, std::string meaning) {
    return {std::move(value), "UCUM", std::move(meaning)};
}
inline Code own(std::string value, std::string meaning) {
    return {std::move(value), kPrivateScheme, std::move(meaning)};
}

namespace units {
inline Code millimetre() { return ucum("mm", "millimeter"); }
inline Code square_millimetre() { return ucum("mm2", "square millimeter"); }
inline Code cubic_millimetre() { return ucum("mm3", "cubic millimeter"); }
inline Code hounsfield() { return ucum("[hnsf'U]", "Hounsfield unit"); }
inline Code percent() { return ucum("%", "Percent"); }
inline Code score() { return ucum("{score}", "score"); }
}  // namespace units

}  // namespace huizhen::imaging
