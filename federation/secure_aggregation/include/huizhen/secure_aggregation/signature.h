#pragma once

// Who said it: every message of a site is signed, so that sites need not trust the coordinator's word for
// what another site sent. Ed25519 (RFC 8032) here; a node may sign with its certificate's key instead.

#include <map>

#include <huizhen/base/ids.h>
#include <huizhen/base/result.h>
#include <huizhen/secure_aggregation/bytes.h>
#include <huizhen/secure_aggregation/key_agreement.h>

namespace huizhen::secagg {

using SiteId = StrongId<struct SiteTag>;

// The site's own long-term key. Any thread.
class Signer {
  public:
    virtual ~Signer() = default;
    virtual Bytes sign(BytesView message) const = 0;
};

// The keys of all enrolled sites, as the certificates say, never as the coordinator says. Any thread.
class Directory {
  public:
    virtual ~Directory() = default;
    // kNotFound: no such site, or revoked. kIntegrity: not that site's signature.
    virtual Status verify(const SiteId& site, BytesView message, BytesView signature) const = 0;
};

class Ed25519Signer final : public Signer {
  public:
    explicit Ed25519Signer(Secret32 private_key) : private_key_(std::move(private_key)) {}
    Bytes sign(BytesView message) const override;
    PublicKey public_key() const;

  private:
    Secret32 private_key_;
};

class Ed25519Directory final : public Directory {
  public:
    explicit Ed25519Directory(std::map<SiteId, PublicKey> keys) : keys_(std::move(keys)) {}
    Status verify(const SiteId& site, BytesView message, BytesView signature) const override;

  private:
    std::map<SiteId, PublicKey> keys_;
};

}  // namespace huizhen::secagg
