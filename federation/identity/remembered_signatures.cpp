#include <mutex>
#include <unordered_set>

#include <huizhen/base/sha256.h>
#include <huizhen/identity/remembered_signatures.h>

#include "digest_hash.h"

namespace huizhen::identity {

namespace {

void add_block(Sha256& hash, secagg::BytesView bytes) {
    const std::uint64_t size = bytes.size();  // so that no two triples are one text
    hash.update(std::as_bytes(std::span(&size, 1)));
    hash.update(std::as_bytes(bytes));
}

}  // namespace

struct RememberedSignatures::Memory {
    std::mutex mutex;  // guards `right`
    std::unordered_set<Sha256Digest, DigestHash> right;
};

RememberedSignatures::RememberedSignatures(const secagg::Directory& directory)
    : directory_(directory), memory_(std::make_unique<Memory>()) {}
RememberedSignatures::~RememberedSignatures() = default;

Status RememberedSignatures::verify(const secagg::SiteId& site, secagg::BytesView message,
                                    secagg::BytesView signature) const {
    Sha256 hash;
    const std::string& name = site.str();
    add_block(hash, {reinterpret_cast<const std::uint8_t*>(name.data()), name.size()});
    add_block(hash, message);
    add_block(hash, signature);
    const Sha256Digest digest = hash.finish();
    {
        const std::lock_guard lock(memory_->mutex);
        if (memory_->right.contains(digest)) return {};
    }
    HZ_TRY(directory_.verify(site, message, signature));
    const std::lock_guard lock(memory_->mutex);
    if (memory_->right.size() >= kMaxRemembered) memory_->right.clear();
    memory_->right.insert(digest);
    return {};
}

}  // namespace huizhen::identity
