#include <huizhen/identity/key_code.h>

#include "base32.h"
#include "code_text.h"

namespace huizhen::identity {

std::string code_text(const Sha256Digest& digest) {
    std::string code;
    const auto symbols = symbols_of(digest);
    for (std::size_t i = 0; i < kCodeSymbols; ++i) {
        if (i > 0 && i % kCodeGroup == 0) code += '-';
        code += kBase32[symbols[i]];
    }
    return code;
}

std::string comparison_code(const PublicKey& key) {
    constexpr std::string_view kPurpose{"huizhen key code 1\0", 19};
    Bytes text(kPurpose.begin(), kPurpose.end());
    text.insert(text.end(), key.begin(), key.end());
    return code_text(sha256(std::as_bytes(std::span(text))));
}

bool is_code_of(std::string_view typed, const PublicKey& key) {
    std::string meant;
    for (const char character : typed) {
        if (character == '-' || character == ' ') continue;
        const auto symbol = symbol_of(character);
        if (!symbol || meant.size() > kCodeSymbols) return false;
        meant += kBase32[*symbol];
    }
    std::string code = comparison_code(key);
    std::erase(code, '-');
    return meant == code;
}

}  // namespace huizhen::identity
