#include <huizhen/vault/key_ring.h>

#include "key_derivation.h"

namespace huizhen::vault {

KeyRing KeyRing::generate(RandomSource& random) {
    KeyRing ring;
    random.fill(ring.root_.mutable_bytes());
    (void)ring.add_wrapping_key(random);  // the first one is within every limit
    return ring;
}

Status KeyRing::add_wrapping_key(RandomSource& random) {
    if (keys_.size() >= kMaxWrappingKeys) {
        return fail(ErrorCode::kLimitExceeded,
                    "ring-full: it has " + std::to_string(kMaxWrappingKeys) + " wrapping keys already");
    }
    Wrapping added;
    random.fill(added.key.mutable_bytes());
    added.id = key_id_of(added.key);
    keys_.push_back(std::move(added));
    return {};
}

const Key* KeyRing::find(const KeyId& id) const {
    for (const Wrapping& wrapping : keys_) {
        if (wrapping.id == id) return &wrapping.key;
    }
    return nullptr;
}

Key KeyRing::derive(std::string_view purpose) const {
    return hkdf(root_, "huizhen 1 " + std::string(purpose));
}

}  // namespace huizhen::vault
