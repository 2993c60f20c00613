#pragma once

// A public key as two people compare it by telephone.

#include <huizhen/identity/peer_identity.h>

namespace huizhen::identity {

// Twenty characters in groups of five: 100 bits of SHA-256("huizhen key code 1", 0, key).
std::string comparison_code(const PublicKey& key);

// As a person types it: case, dashes and spaces do not matter, nor 1 for I or L, and 0 for O.
bool is_code_of(std::string_view typed, const PublicKey& key);

}  // namespace huizhen::identity
