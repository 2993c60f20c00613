#include <huizhen/base/text.h>

namespace huizhen {

std::string without_controls(std::string_view text, std::string_view replacement, std::string_view kept) {
    std::string clean;
    clean.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        const auto next = static_cast<unsigned char>(i + 1 < text.size() ? text[i + 1] : 0);
        const bool c1 = byte == 0xC2 && next >= 0x80 && next < 0xA0;  // two bytes in UTF-8
        if (c1) ++i;
        if (c1 || ((byte < 0x20 || byte == 0x7F) && kept.find(text[i]) == std::string_view::npos)) {
            clean += replacement;
        } else {
            clean += text[i];
        }
    }
    return clean;
}

}  // namespace huizhen
