#pragma once

// Comma-separated tables after RFC 4180: a header line, quoted fields with doubled quotes, LF or CRLF, an
// optional byte-order mark. Fields are text; number() reads one as a number or says there is none.

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <huizhen/base/result.h>

namespace huizhen::node {

inline constexpr std::size_t kMaxCsvBytes = std::size_t{256} << 20;
inline constexpr std::size_t kMaxCsvColumns = 4096;
inline constexpr std::size_t kMaxCsvFields = std::size_t{4}
                                             << 20;  // each costs far more memory than its comma

class CsvTable {
  public:
    std::size_t rows() const { return columns_.empty() ? 0 : fields_.size() / columns_.size(); }
    const std::vector<std::string>& columns() const { return columns_; }

    // The number of the named column. kMalformedInput, naming it, where it is missing.
    Result<std::size_t> column(std::string_view name) const;

    const std::string& at(std::size_t row, std::size_t column) const;
    // Nothing for an empty field, "nan", or text that is not wholly a finite number.
    std::optional<double> number(std::size_t row, std::size_t column) const;

  private:
    friend Result<CsvTable> parse_csv(std::string_view text);
    std::vector<std::string> columns_;
    std::vector<std::string> fields_;  // row by row
};

// kMalformedInput with the line number for a row of another length, an open quote or text after a closing
// quote; kLimitExceeded for more columns or fields than are read.
Result<CsvTable> parse_csv(std::string_view text);
Result<CsvTable> read_csv(const std::filesystem::path& path);

}  // namespace huizhen::node
