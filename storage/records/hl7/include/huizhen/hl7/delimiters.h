#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace huizhen::hl7 {

// MSH-1 and MSH-2. Zero: the sender does without.
struct Delimiters {
    char field = '|', component = '^', repetition = '~', escape = '\\', subcomponent = '&', truncation = 0;

    // From "MSH|^~\&|...", as bytes. nullopt where two are the same, one is a letter, a digit or a control
    // character, or none stands there.
    static std::optional<Delimiters> of(std::string_view header);
    std::string encoding_characters() const;  // MSH-2

    friend bool operator==(const Delimiters&, const Delimiters&) = default;
};

}  // namespace huizhen::hl7
