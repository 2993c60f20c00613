#pragma once

// The character sets that records come in, by the names of HL7's table 0211 and how hospitals spell them.
// Strict: bytes that the set does not define are refused, since a name read wrongly is another patient's.

#include <optional>
#include <string>
#include <string_view>

#include <huizhen/base/result.h>

namespace huizhen::records {

// A value; any thread.
class CharacterSet {
  public:
    static CharacterSet ascii();
    static CharacterSet utf8();
    // "ASCII", "8859/1" to "8859/15", "UNICODE UTF-8", "GB 18030-2000", "GBK", "BIG-5", "KS X 1001", "ISO
    // IR87" and their usual spellings; nullopt for another.
    static std::optional<CharacterSet> named(std::string_view name);

    // kMalformedInput "character-set-damaged", with the place of the first byte that is none of this set's.
    Result<std::string> to_utf8(std::string_view bytes) const;
    // What the set lacks becomes "?".
    std::string from_utf8(std::string_view text) const;

    bool is_ascii() const { return converter_.empty(); }
    std::string_view name() const { return name_; }  // table 0211's

    friend bool operator==(const CharacterSet&, const CharacterSet&) = default;

  private:
    CharacterSet(std::string_view name, std::string_view converter) : name_(name), converter_(converter) {}
    std::string_view name_;       // both of static storage
    std::string_view converter_;  // ICU's; empty for ASCII
};

bool is_ascii_text(std::string_view bytes);
bool is_utf8_text(std::string_view bytes);

}  // namespace huizhen::records
