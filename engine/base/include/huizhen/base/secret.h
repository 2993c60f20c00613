#pragma once

// Secret<N>: N bytes of key material. It moves but does not copy, cannot be printed, compares in constant
// time, and its bytes are overwritten when it is moved from or destroyed, in a way the compiler may not drop.

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace huizhen {

void wipe(std::span<std::uint8_t> bytes);
bool equal_in_constant_time(std::span<const std::uint8_t> a, std::span<const std::uint8_t> b);

template <std::size_t N>
class Secret {
  public:
    Secret() = default;  // all zero
    explicit Secret(std::span<const std::uint8_t, N> bytes) {
        for (std::size_t i = 0; i < N; ++i) bytes_[i] = bytes[i];
    }
    ~Secret() { wipe(bytes_); }

    Secret(const Secret&) = delete;
    Secret& operator=(const Secret&) = delete;
    Secret(Secret&& other) noexcept : bytes_(other.bytes_) { wipe(other.bytes_); }
    Secret& operator=(Secret&& other) noexcept {
        if (this != &other) {
            bytes_ = other.bytes_;
            wipe(other.bytes_);
        }
        return *this;
    }

    std::span<const std::uint8_t, N> bytes() const { return bytes_; }
    std::span<std::uint8_t, N> mutable_bytes() { return bytes_; }

    friend bool operator==(const Secret& a, const Secret& b) {
        return equal_in_constant_time(a.bytes_, b.bytes_);
    }
    template <typename Stream>
    friend Stream& operator<<(Stream&, const Secret&) = delete;

  private:
    std::array<std::uint8_t, N> bytes_{};
};

}  // namespace huizhen
