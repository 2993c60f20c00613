#include <huizhen/hl7/delimiters.h>

namespace huizhen::hl7 {
namespace {

constexpr std::size_t kMaxEncodingCharacters = 5;  // the fifth, for truncation, since 2.7

bool may_delimit(char c) {
    const bool alphanumeric = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
    return c > ' ' && c <= '~' && !alphanumeric;
}

}  // namespace

std::optional<Delimiters> Delimiters::of(std::string_view header) {
    if (header.size() < 5) return std::nullopt;
    Delimiters found;
    found.field = header[3];
    std::string_view characters = header.substr(4);
    characters = characters.substr(0, characters.find_first_of(std::string("\r\n") + found.field));
    if (characters.empty() || characters.size() > kMaxEncodingCharacters) return std::nullopt;
    const std::string all = found.field + std::string(characters);
    for (std::size_t i = 0; i < all.size(); ++i) {
        if (!may_delimit(all[i]) || all.find(all[i], i + 1) != std::string::npos) return std::nullopt;
    }
    const auto at = [&](std::size_t i) { return i < characters.size() ? characters[i] : '\0'; };
    found.component = at(0);
    found.repetition = at(1);
    found.escape = at(2);
    found.subcomponent = at(3);
    found.truncation = at(4);
    return found;
}

std::string Delimiters::encoding_characters() const {
    std::string text;
    for (const char c : {component, repetition, escape, subcomponent, truncation}) {
        if (c != 0) text += c;
    }
    return text;
}

}  // namespace huizhen::hl7
