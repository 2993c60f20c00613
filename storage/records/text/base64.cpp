#include <huizhen/record_text/base64.h>

namespace huizhen::records {
namespace {

std::optional<unsigned> digit(char c) {
    if (c >= 'A' && c <= 'Z') return c - 'A';
    if (c >= 'a' && c <= 'z') return c - 'a' + 26;
    if (c >= '0' && c <= '9') return c - '0' + 52;
    if (c == '+') return 62;
    if (c == '/') return 63;
    return std::nullopt;
}

}  // namespace

std::optional<std::string> from_base64(std::string_view text) {
    std::string bytes;
    bytes.reserve(text.size() / 4 * 3 + 3);
    unsigned bits = 0, count = 0;  // the digits of an unfinished group of four
    std::size_t padding = 0;
    for (const char c : text) {
        if (c == ' ' || c == '\t' || c == '\r' || c == '\n') continue;
        if (c == '=') {
            ++padding;
            continue;
        }
        const auto value = digit(c);
        if (!value || padding > 0) return std::nullopt;
        bits = bits << 6 | *value;
        if (++count < 4) continue;
        for (const int shift : {16, 8, 0}) bytes += static_cast<char>(bits >> shift & 0xFF);
        bits = count = 0;
    }
    if (count == 1 || (padding > 0 && count + padding != 4)) return std::nullopt;
    if (count >= 2) bytes += static_cast<char>(bits >> (count == 2 ? 4 : 10) & 0xFF);
    if (count == 3) bytes += static_cast<char>(bits >> 2 & 0xFF);
    return bytes;
}

}  // namespace huizhen::records
