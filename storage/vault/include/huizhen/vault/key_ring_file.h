#pragma once

// The ring's file. Format 1, numbers little-endian:
//   "HZKEYRNG", u8 version = 1, u8 masters (1..8), then for each master: id[8] nonce[12] sealed[32+16],
//   then nonce[12], u32 size, sealed[size+16].
// Each master's part seals, by AES-256-GCM, the file's own key; that key seals root[32], u32 count,
// keys[count][32]. The associated data of a part is what stands before its ciphertext in the part, behind
// "huizhen key ring 1". The body's includes every byte before it.

#include <huizhen/vault/key_ring.h>

namespace huizhen::vault {

inline constexpr std::size_t kMaxMasters = 8;

// Of bytes: kMalformedInput ("ring-malformed", "ring-truncated"), kUnsupported ("ring-too-new"),
// kPermissionDenied ("wrong-master-key"), kIntegrity ("ring-damaged").
Result<KeyRing> open_key_ring(BytesView file, const MasterKey& master);
Bytes seal_key_ring(const KeyRing& ring, std::span<const MasterKey* const> masters, RandomSource& random);

// Files, replaced atomically and on the disk when these return. "master-change-open" (kInvalidArgument): the
// file opens under two masters already, and to rewrite it under one would lock out the other.
Status create_key_ring(const std::filesystem::path& path, const KeyRing& ring, const MasterKey& master,
                       RandomSource& random);
Result<KeyRing> read_key_ring(const std::filesystem::path& path, const MasterKey& master);
// A new wrapping key, known to the file before it seals anything; `ring` becomes the new one.
Status rotate_wrapping_key(const std::filesystem::path& path, KeyRing& ring, const MasterKey& master,
                           RandomSource& random);

// Both masters open the file afterwards.
Status add_master(const std::filesystem::path& path, const MasterKey& known, const MasterKey& added,
                  RandomSource& random);
// Only `kept` opens it afterwards; the file gets a new key of its own.
Status keep_only_master(const std::filesystem::path& path, const MasterKey& kept, RandomSource& random);

}  // namespace huizhen::vault
