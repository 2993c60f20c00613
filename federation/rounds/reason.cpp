#include <huizhen/base/text.h>
#include <huizhen/rounds/limits.h>
#include <huizhen/rounds/reason.h>

namespace huizhen::rounds {

std::string reason_text(std::string_view text) {
    std::string clean = without_controls(text, "?", "");
    if (clean.size() <= kMaxTextBytes) return clean;
    std::size_t end = kMaxTextBytes;
    while (end > 0 && (static_cast<unsigned char>(clean[end]) & 0xC0) == 0x80) --end;
    clean.resize(end);
    return clean;
}

}  // namespace huizhen::rounds
