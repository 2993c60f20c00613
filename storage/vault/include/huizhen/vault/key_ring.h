#pragma once

// The keys that lie on the disk, sealed under the master key: those that wrap each object's own data key, and
// one root for all that must never change (names, searchable ids, the audit's signature).
//
// New master key: add_master() the new one, change the credential, drop_master() the old one. Only the ring's
// file is rewritten, each time atomically, and a running process needs nothing. New wrapping key:
// add_wrapping_key(); what was sealed before stays readable. Give each wrapping key at most 2^32 objects.

#include <filesystem>

#include <huizhen/vault/bytes.h>
#include <huizhen/vault/master_key.h>

namespace huizhen::vault {

class KeyRing {
  public:
    static constexpr std::size_t kMaxWrappingKeys = 1024;

    static KeyRing generate(RandomSource& random);

    // kLimitExceeded at kMaxWrappingKeys. Not while another thread uses the ring.
    Status add_wrapping_key(RandomSource& random);

    const KeyId& current_id() const { return keys_.back().id; }
    const Key& current_key() const { return keys_.back().key; }
    const Key* find(const KeyId& id) const;  // null where the ring has no such key
    std::size_t wrapping_keys() const { return keys_.size(); }

    // A key for one purpose ("patient ids"), the same for ever: HKDF-SHA256 of the root.
    Key derive(std::string_view purpose) const;

  private:
    friend class KeyRingCodec;
    struct Wrapping {
        KeyId id{};
        Key key;
    };
    KeyRing() = default;

    Key root_;
    std::vector<Wrapping> keys_;  // oldest first, never empty; the last one seals
};

}  // namespace huizhen::vault
