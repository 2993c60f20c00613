#pragma once

// The bytes of a message: numbers little-endian, lists and texts with their length in front. A reader never
// allocates more than what is there, and a message with bytes left over is refused.

#include <algorithm>
#include <array>
#include <string>

#include <huizhen/secure_aggregation/bytes.h>
#include <huizhen/secure_aggregation/refusal.h>

namespace huizhen::secagg {

class Writer {
  public:
    void u8(std::uint8_t value) { bytes_.push_back(value); }
    void u32(std::uint32_t value) { number(value, 4); }
    void u64(std::uint64_t value) { number(value, 8); }
    void raw(BytesView bytes) { bytes_.insert(bytes_.end(), bytes.begin(), bytes.end()); }
    void raw(std::string_view text) { bytes_.insert(bytes_.end(), text.begin(), text.end()); }
    void block(BytesView bytes) {
        u32(static_cast<std::uint32_t>(bytes.size()));
        raw(bytes);
    }
    void block(std::string_view text) {
        u32(static_cast<std::uint32_t>(text.size()));
        raw(text);
    }
    Bytes take() { return std::move(bytes_); }
    BytesView view() const { return bytes_; }

  private:
    void number(std::uint64_t value, int size) {
        for (int i = 0; i < size; ++i) bytes_.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
    }
    Bytes bytes_;
};

class Reader {
  public:
    explicit Reader(BytesView bytes) : rest_(bytes) {}

    Result<BytesView> raw(std::size_t count) {
        if (count > rest_.size()) {
            return refuse(Refusal::kTruncated, std::to_string(count - rest_.size()) + " bytes are missing");
        }
        const BytesView bytes = rest_.first(count);
        rest_ = rest_.subspan(count);
        return bytes;
    }
    Result<std::uint8_t> u8() { return number<std::uint8_t>(); }
    Result<std::uint32_t> u32() { return number<std::uint32_t>(); }
    Result<std::uint64_t> u64() { return number<std::uint64_t>(); }
    Result<BytesView> block() {
        HZ_ASSIGN(const std::uint32_t size, u32());
        return raw(size);
    }
    template <std::size_t N>
    Status fixed(std::array<std::uint8_t, N>& out) {
        HZ_ASSIGN(const BytesView bytes, raw(N));
        std::copy(bytes.begin(), bytes.end(), out.begin());
        return {};
    }
    // A number of items of at least `item_bytes` each: checked against what is left before anybody reserves.
    Result<std::uint32_t> count(std::size_t item_bytes) {
        HZ_ASSIGN(const std::uint32_t items, u32());
        if (items > rest_.size() / item_bytes) {
            return refuse(Refusal::kTruncated, "it says " + std::to_string(items) + " items");
        }
        return items;
    }
    Status end() const {
        if (rest_.empty()) return {};
        return refuse(Refusal::kMalformed, std::to_string(rest_.size()) + " bytes too many");
    }

  private:
    template <typename T>
    Result<T> number() {
        HZ_ASSIGN(const BytesView bytes, raw(sizeof(T)));
        std::uint64_t value = 0;
        for (std::size_t i = 0; i < sizeof(T); ++i) value |= std::uint64_t{bytes[i]} << (8 * i);
        return static_cast<T>(value);
    }
    BytesView rest_;
};

}  // namespace huizhen::secagg
