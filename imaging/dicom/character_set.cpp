#include "character_set.h"

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dcspchrs.h>

namespace huizhen::imaging {
namespace {

bool is_ascii(std::string_view text) {
    return std::all_of(text.begin(), text.end(),
                       [](char c) { return static_cast<unsigned char>(c) < 0x80 && c != '\x1b'; });
}

std::string replace_undefined_bytes(std::string_view text) {
    std::string out;
    for (char c : text) {
        if (static_cast<unsigned char>(c) < 0x80 && c != '\x1b') {
            out += c;
        } else {
            out += "\xEF\xBF\xBD";
        }
    }
    return out;
}

// Spellings seen in the wild, told apart by nothing but a separator.
std::string repaired(std::string_view character_set) {
    std::string name(character_set);
    for (std::string_view wrong : {"ISO-IR ", "ISO IR ", "ISO_IR_", "ISO-IR-"}) {
        for (auto at = name.find(wrong); at != std::string::npos; at = name.find(wrong))
            name.replace(at, wrong.size(), "ISO_IR ");
    }
    return name;
}

}  // namespace

TextDecoder::TextDecoder(std::string_view specific_character_set)
    : character_set_(repaired(specific_character_set)) {}

std::string TextDecoder::decode(std::string_view value) const {
    if (is_ascii(value)) return std::string(value);
    DcmSpecificCharacterSet converter;
    if (converter.selectCharacterSet(OFString(character_set_.data(), character_set_.size()), "ISO_IR 192")
            .bad()) {
        return replace_undefined_bytes(value);
    }
    OFString converted;
    // Person name delimiters switch ISO 2022 back to the initial character set (PS3.5 6.1.2.5.3).
    if (converter.convertString(value.data(), value.size(), converted, "\\^=").bad())
        return replace_undefined_bytes(value);
    return {converted.data(), converted.size()};
}

}  // namespace huizhen::imaging
