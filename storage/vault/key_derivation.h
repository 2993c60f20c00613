#pragma once

#include <huizhen/vault/bytes.h>
#include <huizhen/vault/key_id.h>

namespace huizhen::vault {

// HKDF-SHA256 (RFC 5869) without salt.
Key hkdf(const Key& input, std::string_view info);

}  // namespace huizhen::vault
