#pragma once

// Text files: reports that a hospital drops into a folder.

#include <optional>
#include <string>
#include <string_view>

#include <huizhen/base/result.h>
#include <huizhen/chart/entries.h>
#include <huizhen/record_text/character_set.h>

namespace huizhen::records {

inline constexpr std::size_t kMaxTextBytes = std::size_t{16} << 20;

// UTF-8, UTF-16 with a byte-order mark, or else `otherwise`. Lines end with "\n"; other control characters
// are blanks. kMalformedInput "no-text" for what holds NUL bytes or nothing, "character-set-damaged";
// kLimitExceeded "text-too-long".
Result<std::string> read_text(std::string_view bytes, const CharacterSet& otherwise);

// Line ends as "\n", other control characters as blanks, no blanks at the end.
std::string tidy_text(std::string_view utf8);

struct DocumentAbout {
    chart::Concept kind;
    std::string title;
    std::optional<chart::Time> when;
};
Result<chart::Document> read_document(std::string_view bytes, DocumentAbout about,
                                      const CharacterSet& otherwise);

}  // namespace huizhen::records
