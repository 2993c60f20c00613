#pragma once

// Ed25519 (RFC 8032), the signature of the chain's head.

#include <array>
#include <cstdint>
#include <memory>
#include <span>

#include <huizhen/base/secret.h>

namespace huizhen::audit {

using PublicKey = std::array<std::uint8_t, 32>;
using Signature = std::array<std::uint8_t, 64>;

class Signer {
  public:
    explicit Signer(const Secret<32>& seed);
    ~Signer();
    Signer(Signer&&) noexcept;

    Signature sign(std::span<const std::uint8_t> message) const;
    PublicKey public_key() const;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

bool is_signed(const PublicKey& key, std::span<const std::uint8_t> message, const Signature& signature);

}  // namespace huizhen::audit
