#include "keyed.h"

#include <huizhen/dicom/values.h>

namespace huizhen::imaging {

Sha256Digest keyed_hash(const DeidentifyKey& key, std::string_view text) {
    constexpr std::size_t kBlock = 64;
    std::array<std::uint8_t, kBlock> inner{}, outer{};
    inner.fill(0x36);
    outer.fill(0x5C);
    for (std::size_t i = 0; i < key.bytes().size(); ++i) {
        inner[i] = static_cast<std::uint8_t>(inner[i] ^ key.bytes()[i]);
        outer[i] = static_cast<std::uint8_t>(outer[i] ^ key.bytes()[i]);
    }
    Sha256 first;
    first.update(std::as_bytes(std::span(inner)));
    first.update(std::as_bytes(std::span(text)));
    const Sha256Digest digest = first.finish();
    Sha256 second;
    second.update(std::as_bytes(std::span(outer)));
    second.update(std::as_bytes(std::span(digest)));
    wipe(inner);
    wipe(outer);
    return second.finish();
}

std::string replaced_uid(const DeidentifyKey& key, std::string_view uid) {
    const Sha256Digest digest = keyed_hash(key, "uid " + std::string(uid));
    return uid_from_number(std::span(digest).first<16>());
}

std::string pseudonym(const DeidentifyKey& key, std::string_view subject) {
    const Sha256Digest digest = keyed_hash(key, "patient " + std::string(subject));
    std::string digits = to_hex(std::span(digest).first<8>());
    for (char& c : digits) c = static_cast<char>(c >= 'a' ? c - 'a' + 'A' : c);
    return "HZ-" + digits;
}

int days_to_shift(const DeidentifyKey& key, std::string_view subject) {
    constexpr unsigned kLeast = 30, kRange = 3650 - kLeast;
    const Sha256Digest digest = keyed_hash(key, "dates " + std::string(subject));
    const unsigned number = digest[0] | unsigned{digest[1]} << 8 | unsigned{digest[2]} << 16;
    return -static_cast<int>(kLeast + number % kRange);
}

}  // namespace huizhen::imaging
