#pragma once

// A message's first segment, read before and apart from the rest: what an answer needs even where the rest
// cannot be read.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <huizhen/base/result.h>
#include <huizhen/hl7/delimiters.h>
#include <huizhen/record_text/character_set.h>

namespace huizhen::hl7 {

struct Envelope {
    Delimiters delimiters;
    // MSH-18's first, where it names one that is known; ASCII where it is empty.
    std::optional<records::CharacterSet> character_set;
    std::string character_set_name;   // MSH-18 as written
    std::vector<std::string> fields;  // [0] is MSH-1, as written; UTF-8 where the set could be read

    // By the standard's number, its escapes and components as they were written; empty where it is absent.
    std::string_view raw(std::size_t number) const;
    // A component (from 1), without escapes.
    std::string text(std::size_t number, std::size_t component = 1) const;
};

// kMalformedInput: "not-hl7" where no MSH segment stands at the front, "encoding-characters" where MSH-1 and
// MSH-2 are none.
Result<Envelope> read_envelope(std::string_view message);

// Past a byte-order mark, blanks and empty lines: where the message begins.
std::string_view from_header(std::string_view message);

}  // namespace huizhen::hl7
