#pragma once

// For unordered containers: a digest is as good a hash as any.

#include <huizhen/base/sha256.h>

namespace huizhen::identity {

struct DigestHash {
    std::size_t operator()(const Sha256Digest& digest) const {
        std::size_t head = 0;
        for (std::size_t i = 0; i < sizeof head; ++i) head = head << 8 | digest[i];
        return head;
    }
};

}  // namespace huizhen::identity
