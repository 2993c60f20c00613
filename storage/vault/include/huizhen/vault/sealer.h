#pragma once

// Sealing: AES-256-GCM under a data key made for this one object, in chunks (the STREAM construction of
// Hoang, Reyhanitabar, Rogaway and Vizar, 2015), so that memory stays flat and cutting, reordering, repeating
// or mixing chunks is detected. Format 1, numbers little-endian unless said:
//   header, 80 bytes: "HZSEALED", u8 version = 1, u8 log2 of the chunk's bytes (12..20), u16 zero, key id[8],
//                     nonce[12], data key sealed by that wrapping key[32+16]
//   chunks:           ciphertext, tag[16]; all but the last one full, the last one empty only if the object
//   is
// The data key's associated data is the header before the nonce, then the caller's context. A chunk's nonce
// is its number (11 bytes, big-endian) and 1 for the last one, else 0.

#include <functional>
#include <memory>

#include <huizhen/base/random_source.h>
#include <huizhen/vault/key_ring.h>

namespace huizhen::vault {

inline constexpr std::size_t kSealedHeaderBytes = 80;
inline constexpr std::size_t kTagBytes = 16;
inline constexpr int kDefaultChunkLog2 = 16;
inline constexpr int kMinChunkLog2 = 12, kMaxChunkLog2 = 20;

// Where sealed bytes go. Its error ends the sealing.
using Sink = std::function<Status(BytesView)>;

// One thread at a time; one object each.
class Sealer {
  public:
    // `context` says what the bytes are ("huizhen object", a column and row): opening under another one
    // fails.
    Sealer(const KeyRing& ring, BytesView context, Sink sink, RandomSource& random,
           int chunk_log2 = kDefaultChunkLog2);
    ~Sealer();
    Sealer(Sealer&&) noexcept;

    Status write(BytesView plain);
    // Without it, what was written opens as "sealed-truncated". Once.
    Status finish();

  private:
    struct State;
    std::unique_ptr<State> state_;
};

// Of something small, such as a patient's name in a database row.
Bytes seal(const KeyRing& ring, BytesView context, BytesView plain, RandomSource& random);

// How long `plain_bytes` become.
std::uint64_t sealed_size(std::uint64_t plain_bytes, int chunk_log2 = kDefaultChunkLog2);

}  // namespace huizhen::vault
