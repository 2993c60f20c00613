#include "base32.h"

namespace huizhen::identity {

std::vector<std::uint8_t> symbols_of(BytesView bytes) {
    std::vector<std::uint8_t> symbols((8 * bytes.size() + 4) / 5);
    for (std::size_t bit = 0; bit < 8 * bytes.size(); ++bit) {
        const int value = (bytes[bit / 8] >> (7 - bit % 8)) & 1;
        symbols[bit / 5] = static_cast<std::uint8_t>(symbols[bit / 5] | value << (4 - bit % 5));
    }
    return symbols;
}

std::optional<Bytes> bytes_of_symbols(std::span<const std::uint8_t> symbols) {
    Bytes bytes(5 * symbols.size() / 8);
    for (std::size_t bit = 0; bit < 5 * symbols.size(); ++bit) {
        const int value = (symbols[bit / 5] >> (4 - bit % 5)) & 1;
        if (bit < 8 * bytes.size()) {
            bytes[bit / 8] = static_cast<std::uint8_t>(bytes[bit / 8] | value << (7 - bit % 8));
        } else if (value != 0) {
            return std::nullopt;
        }
    }
    if (5 * symbols.size() - 8 * bytes.size() >= 5) return std::nullopt;
    return bytes;
}

std::optional<std::uint8_t> symbol_of(char character) {
    if (character >= 'a' && character <= 'z') character = static_cast<char>(character - 'a' + 'A');
    if (character == 'I' || character == 'L') character = '1';
    if (character == 'O') character = '0';
    const std::size_t at = kBase32.find(character);
    if (at == std::string_view::npos) return std::nullopt;
    return static_cast<std::uint8_t>(at);
}

}  // namespace huizhen::identity
