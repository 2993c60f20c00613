#pragma once

// The header of sealer.h's format and the nonces of its chunks, shared by both sides.

#include <huizhen/vault/sealer.h>

#include "cipher.h"

namespace huizhen::vault {

inline constexpr std::string_view kSealedMagic = "HZSEALED";
inline constexpr std::size_t kNonceAt = 20, kWrappedAt = 32;  // in the header

inline Bytes wrap_associated(BytesView header, BytesView context) {
    Bytes all(header.begin(), header.begin() + kNonceAt);
    all.insert(all.end(), context.begin(), context.end());
    return all;
}

inline Nonce chunk_nonce(std::uint64_t number, bool last) {
    Nonce nonce{};
    for (std::size_t i = 0; i < 8; ++i) nonce[10 - i] = static_cast<std::uint8_t>(number >> (8 * i));
    nonce[11] = last ? 1 : 0;
    return nonce;
}

}  // namespace huizhen::vault
