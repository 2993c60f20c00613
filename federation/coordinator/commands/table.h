#pragma once

// Columns that line up.

#include <string>
#include <vector>

namespace huizhen::coordinator {

using Row = std::vector<std::string>;

// The first row is the heading. Widths count code points, so that Chinese names do not tear the columns far.
std::string table(const std::vector<Row>& rows);

std::string bytes_text(std::uint64_t bytes);          // "1.4 GB"
std::string time_text(std::int64_t unix_ms);          // "2026-11-25 02:47"; "-" for 0
std::string short_digest(const std::string& digest);  // the first 12 digits

}  // namespace huizhen::coordinator
