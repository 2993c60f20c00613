#pragma once

// HMAC-SHA256 (RFC 2104): names and searchable ids that nobody can test guesses against without the key.

#include <initializer_list>
#include <memory>

#include <huizhen/base/sha256.h>
#include <huizhen/vault/bytes.h>
#include <huizhen/vault/key_id.h>

namespace huizhen::vault {

class KeyedHash {
  public:
    explicit KeyedHash(const Key& key);
    ~KeyedHash();
    KeyedHash(KeyedHash&&) noexcept;

    void update(BytesView bytes);
    Sha256Digest finish();  // once; the object is then spent

  private:
    struct State;
    std::unique_ptr<State> state_;
};

// Of several fields, each with its length in front: ("ab", "c") is not ("a", "bc"). For ids to search by,
// such as (issuer, patient id): make equal what means the same before.
Sha256Digest keyed_hash(const Key& key, std::initializer_list<std::string_view> fields);

}  // namespace huizhen::vault
