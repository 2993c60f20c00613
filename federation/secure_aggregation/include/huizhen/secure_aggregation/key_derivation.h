#pragma once

// HKDF-SHA256 (RFC 5869): every key of a round comes out of it, bound to what it is for.

#include <huizhen/base/secret.h>
#include <huizhen/secure_aggregation/bytes.h>

namespace huizhen::secagg {

// At most 255 * 32 bytes of output.
void hkdf_sha256(BytesView input_key, BytesView salt, BytesView info, std::span<std::uint8_t> output);

// The same, for the 32 bytes that every key here has.
Secret<32> derive_key(BytesView input_key, BytesView salt, BytesView info);

}  // namespace huizhen::secagg
