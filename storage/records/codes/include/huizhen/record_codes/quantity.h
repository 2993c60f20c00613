#pragma once

// Numbers as laboratories write them.

#include <optional>
#include <string_view>

#include <huizhen/chart/entries.h>

namespace huizhen::records {

// Wholly a finite decimal number, blanks and a plus sign allowed; never a comma.
std::optional<double> read_number(std::string_view text);

// The same with "<", "<=", ">", ">=" or their single signs in front; the unit stays empty.
std::optional<chart::Quantity> read_quantity(std::string_view text);

struct Range {
    std::optional<double> low, high;
};
// "3.5-5.1", "3.5 - 5.1", "3.5~5.1", "<10", ">=60"; nullopt for words.
std::optional<Range> read_range(std::string_view text);

}  // namespace huizhen::records
