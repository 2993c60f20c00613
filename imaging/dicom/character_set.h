#pragma once

// Specific Character Set (0008,0005) to UTF-8, through DCMTK (PS3.3 C.12.1.1.2: ISO 2022, GB18030, GBK,
// UTF-8).

#include <string>
#include <string_view>

namespace huizhen::imaging {

// Texts of one data set. Bytes that their character set does not define become U+FFFD: a name with a hole in
// it is shown, never a wrong one.
class TextDecoder {
  public:
    explicit TextDecoder(std::string_view specific_character_set);
    std::string decode(std::string_view value) const;

  private:
    std::string character_set_;
};

}  // namespace huizhen::imaging
