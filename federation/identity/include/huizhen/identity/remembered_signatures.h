#pragma once

// For many sites in one process: what one of them has verified, the others need not verify again. A site
// alone gains nothing from it.

#include <memory>

#include <huizhen/secure_aggregation/signature.h>

namespace huizhen::identity {

// Remembers signatures that were right, by SHA-256 of site, message and signature; forgets all of them at
// kMaxRemembered (80 MB). Any thread. Make a new one when the directory behind it changes.
class RememberedSignatures final : public secagg::Directory {
  public:
    static constexpr std::size_t kMaxRemembered = std::size_t{1} << 20;

    // `directory` outlives this.
    explicit RememberedSignatures(const secagg::Directory& directory);
    ~RememberedSignatures() override;

    Status verify(const secagg::SiteId& site, secagg::BytesView message,
                  secagg::BytesView signature) const override;

  private:
    struct Memory;
    const secagg::Directory& directory_;
    std::unique_ptr<Memory> memory_;
};

}  // namespace huizhen::identity
