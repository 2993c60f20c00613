#pragma once

// SHA-256 (FIPS 180-4) through OpenSSL: names of models and inputs.

#include <array>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>

#include <huizhen/base/result.h>

namespace huizhen {

using Sha256Digest = std::array<std::uint8_t, 32>;

class Sha256 {
  public:
    Sha256();
    ~Sha256();
    Sha256(Sha256&&) noexcept;
    Sha256& operator=(Sha256&&) noexcept;

    void update(std::span<const std::byte> bytes);
    Sha256Digest finish();  // once; the object is then spent

  private:
    struct State;
    std::unique_ptr<State> state_;
};

Sha256Digest sha256(std::span<const std::byte> bytes);
Result<Sha256Digest> sha256_file(const std::filesystem::path& path);

// 64 lower-case hexadecimal digits.
std::string to_hex(std::span<const std::uint8_t> bytes);

}  // namespace huizhen
