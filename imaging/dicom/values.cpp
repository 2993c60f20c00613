#include <cstdio>

#include <huizhen/base/sha256.h>
#include <huizhen/dicom/values.h>

namespace huizhen::imaging {

std::string uid_from_number(std::span<const std::uint8_t, 16> bytes) {
    std::array<std::uint8_t, 16> number{};
    std::copy(bytes.begin(), bytes.end(), number.begin());
    std::string digits;
    while (std::any_of(number.begin(), number.end(), [](std::uint8_t b) { return b != 0; })) {
        unsigned remainder = 0;
        for (std::uint8_t& byte : number) {
            const unsigned value = remainder * 256 + byte;
            byte = static_cast<std::uint8_t>(value / 10);
            remainder = value % 10;
        }
        digits.insert(digits.begin(), static_cast<char>('0' + remainder));
    }
    return "2.25." + (digits.empty() ? "0" : digits);
}

std::string uid_from_text(std::string_view text) {
    const Sha256Digest digest = sha256(std::as_bytes(std::span(text)));
    return uid_from_number(std::span(digest).first<16>());
}

std::string decimal_string(double value) {
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.9g", value);
    return text.data();
}

std::string decimal_strings(std::initializer_list<double> values) {
    std::string text;
    for (const double value : values) text += (text.empty() ? "" : "\\") + decimal_string(value);
    return text;
}

}  // namespace huizhen::imaging
