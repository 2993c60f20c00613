#pragma once

// How values are spelled in the objects that are written.

#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>

namespace huizhen::imaging {

// A UUID-derived UID (PS3.5 B.2): 2.25. and a number of 128 bits in decimal, most significant byte first.
std::string uid_from_number(std::span<const std::uint8_t, 16> number);

// The same of the first half of the text's SHA-256: the same text is the same UID on every machine.
std::string uid_from_text(std::string_view text);

// A decimal string: at most 16 characters (PS3.5 6.2), nine digits.
std::string decimal_string(double value);
std::string decimal_strings(std::initializer_list<double> values);  // parted by backslashes

}  // namespace huizhen::imaging
