#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace huizhen::records {

// UCUM for a unit as laboratories spell it ("10^9/L", "x10E3/uL", "IU/L", "MMOL/L", "μmol/L", "mm Hg",
// "次/分"); nullopt where it is none that is known.
std::optional<std::string> ucum_of(std::string_view written);

}  // namespace huizhen::records
