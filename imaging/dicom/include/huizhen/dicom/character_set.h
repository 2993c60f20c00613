#pragma once

// Specific Character Set (0008,0005) to UTF-8, through ICU (PS3.3 C.12.1.1.2, PS3.5 6.1: single-byte sets,
// UTF-8, GB18030, GBK, and ISO 2022 code extensions with Japanese, Korean and Chinese). DCMTK as Debian
// builds it, over iconv, knows neither ISO 2022 IR 87 nor IR 159.

#include <string>
#include <string_view>
#include <vector>

namespace huizhen::imaging {

// Decodes the texts of one data set. Bytes that their character set does not define, and control
// characters, become U+FFFD: a name
// with a hole in it is shown, never a wrong one.
class TextDecoder {
  public:
    // The value of (0008,0005), with its backslashes; empty means ASCII.
    explicit TextDecoder(std::string_view specific_character_set);
    std::string decode(std::string_view value) const;

  private:
    std::string initial_;  // ICU converter of the first value, for bytes from 0x80 up
    bool whole_ = false;   // UTF-8, GB18030, GBK: no code extensions, decoded in one piece
};

}  // namespace huizhen::imaging
