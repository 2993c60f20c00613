#pragma once

// The AES-256-CTR key stream from any block on.

#include <huizhen/secure_aggregation/key_agreement.h>

#include "openssl_handles.h"

namespace huizhen::secagg {

class KeyStream {
  public:
    KeyStream();

    // Starts at 16-byte block `block` of the stream under `key`.
    void start(const Secret32& key, std::uint64_t block);
    // The next bytes: `zeros`, as long as `out` or longer, is what is encrypted.
    void next(const std::uint8_t* zeros, std::span<std::uint8_t> out);

  private:
    EvpCipherContext context_;
};

}  // namespace huizhen::secagg
