#pragma once

// Fields as bytes to hash: numbers little-endian, doubles by their bits, texts and lists with their length.

#include <bit>
#include <string_view>

#include <huizhen/rounds/names.h>

namespace huizhen::rounds {

class DigestWriter {
  public:
    explicit DigestWriter(std::string_view domain) { text(domain); }

    void number(std::uint64_t value) {
        std::array<std::uint8_t, 8> bytes;
        for (int i = 0; i < 8; ++i) bytes[i] = static_cast<std::uint8_t>(value >> (8 * i));
        raw(bytes);
    }
    void real(double value) { number(std::bit_cast<std::uint64_t>(value)); }
    void text(std::string_view value) {
        number(value.size());
        hash_.update(std::as_bytes(std::span(value)));
    }
    void object(const ObjectRef& object) {
        raw(object.digest);
        number(object.bytes);
    }
    void sites(const std::vector<SiteId>& sites) {
        number(sites.size());
        for (const SiteId& site : sites) text(site.str());
    }
    Sha256Digest finish() { return hash_.finish(); }

  private:
    void raw(std::span<const std::uint8_t> bytes) { hash_.update(std::as_bytes(bytes)); }

    Sha256 hash_;
};

}  // namespace huizhen::rounds
