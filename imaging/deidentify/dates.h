#pragma once

// Dates of DICOM (DA, DT: PS3.5 6.2) and days.

#include <optional>
#include <string>
#include <string_view>

namespace huizhen::imaging {

// The date moved, what follows it (time, zone) as it was: "20260102", "20260102030405.5+0100", and the old
// form "2026.01.02". nullopt: no whole date, or none there is.
std::optional<std::string> shifted_date(std::string_view value, int days);

// The eight digits a value starts with, the old form's points left out; nullopt where it is no date.
std::optional<std::string> date_digits(std::string_view value);

}  // namespace huizhen::imaging
