#pragma once

// Which key: eight bytes computed from the key itself, which tell nothing about it.

#include <array>
#include <cstdint>

#include <huizhen/base/secret.h>

namespace huizhen::vault {

using KeyId = std::array<std::uint8_t, 8>;
using Key = Secret<32>;

KeyId key_id_of(const Key& key);  // HMAC-SHA256(key, "huizhen key id"), cut

}  // namespace huizhen::vault
