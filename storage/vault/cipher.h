#pragma once

// AES-256-GCM through OpenSSL.

#include <memory>

#include <huizhen/vault/bytes.h>
#include <huizhen/vault/key_id.h>

namespace huizhen::vault {

inline constexpr std::size_t kNonceBytes = 12;
using Nonce = std::array<std::uint8_t, kNonceBytes>;

// One key, many messages. A nonce is never used twice under one key.
class Cipher {
  public:
    explicit Cipher(const Key& key);
    ~Cipher();
    Cipher(Cipher&&) noexcept;

    // `box`: as long as the plain bytes and a tag of 16.
    void seal(const Nonce& nonce, BytesView associated, BytesView plain, std::span<std::uint8_t> box);
    // False, and `plain` wiped: not what seal() made.
    bool open(const Nonce& nonce, BytesView associated, BytesView box, std::span<std::uint8_t> plain);

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace huizhen::vault
