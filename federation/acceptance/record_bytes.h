#pragma once

// Numbers and texts of a lineage record. A reader never allocates more than what is there.

#include <cstdint>
#include <string>

#include <huizhen/base/result.h>
#include <huizhen/base/sha256.h>
#include <huizhen/secure_aggregation/bytes.h>

namespace huizhen::acceptance {

class RecordWriter {
  public:
    void number(std::uint64_t value, int size) {
        for (int i = 0; i < size; ++i) bytes_.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
    }
    void raw(std::span<const std::uint8_t> bytes) { bytes_.insert(bytes_.end(), bytes.begin(), bytes.end()); }
    void raw(std::string_view text) { bytes_.insert(bytes_.end(), text.begin(), text.end()); }
    void text(std::string_view text) {
        number(text.size(), 4);
        raw(text);
    }
    secagg::Bytes& bytes() { return bytes_; }

  private:
    secagg::Bytes bytes_;
};

class RecordReader {
  public:
    explicit RecordReader(secagg::BytesView bytes) : rest_(bytes) {}

    Result<secagg::BytesView> raw(std::uint64_t count);
    Result<std::uint64_t> number(int size);
    Result<bool> flag();  // 0 or 1, nothing else
    Result<std::string> text();
    Result<Sha256Digest> digest();
    // A number of items of at least `item_bytes` each.
    Result<std::size_t> count(std::size_t item_bytes);
    std::size_t left() const { return rest_.size(); }

  private:
    secagg::BytesView rest_;
};

}  // namespace huizhen::acceptance
