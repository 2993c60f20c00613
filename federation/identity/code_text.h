#pragma once

// 100 bits of a digest for a person: "7K2MA-...", four groups of five.

#include <huizhen/identity/peer_identity.h>

namespace huizhen::identity {

inline constexpr std::size_t kCodeSymbols = 20, kCodeGroup = 5;

std::string code_text(const Sha256Digest& digest);

}  // namespace huizhen::identity
