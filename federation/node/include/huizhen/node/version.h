#pragma once

#include <string_view>

namespace huizhen::node {

// "0.1.0"
std::string_view software_version();

// On every result, picture and summary.
inline constexpr std::string_view kIntendedUse =
    "For research use only. Not a diagnosis and not for clinical decisions: a physician must read the scan.";
inline constexpr std::string_view kIntendedUseShort = "Research use only, not a diagnosis.";
// The manufacturer in the header of a phantom, by which it is known again.
inline constexpr const char* kSyntheticManufacturer = "Huizhen SYNTHETIC";
// What an empty list of findings means.
inline constexpr std::string_view kNothingFound =
    "No nodule was found by this model. That does not show that the lungs are healthy: nodules can be "
    "missed, and "
    "other diseases are not looked for.";

}  // namespace huizhen::node
