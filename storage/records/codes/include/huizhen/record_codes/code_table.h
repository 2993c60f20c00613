#pragma once

// The hospital's own codes in the world's words: a text file that its people edit. One line a meaning, fields
// between tabs, "#" begins a comment, an empty `source` stands for every sender:
//
//     source              system  code  to system  to code  display
//     hl7:LIS|CENTRAL     L       GLU   LN         2345-7   Glucose [Mass/volume] in Serum or Plasma
//
// A code may have several meanings, in different systems.

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include <huizhen/base/result.h>
#include <huizhen/chart/code.h>

namespace huizhen::records {

inline constexpr std::size_t kMaxCodeTableBytes = std::size_t{64} << 20, kMaxCodeTableLines = 1'000'000;

// A value, constant once it is read.
class CodeTable {
  public:
    CodeTable() = default;  // empty
    // kMalformedInput "code-table: NAME:LINE: ..."; kLimitExceeded.
    static Result<CodeTable> parse(std::string_view text, std::string_view name);
    static Result<CodeTable> read(const std::filesystem::path& path);

    // Adds what the table says of each code of it, behind those it came with.
    void add_to(chart::Concept& concept_, std::string_view source) const;
    std::size_t size() const { return meanings_.size(); }

  private:
    using Key = std::tuple<std::string, std::string, std::string>;  // source, system, code
    std::multimap<Key, chart::Code> meanings_;
};

}  // namespace huizhen::records
