#pragma once

// What a site knows of the other sites without the coordinator's word: whose key it has compared, and whether
// it works with anybody else. The coordinator's issuing key could certify sites that do not exist; a name or
// a key that is not pinned here is where that shows.

#include <map>

#include <huizhen/identity/peer_identity.h>

namespace huizhen::identity {

class SitePins {
  public:
    // Without pins, everybody the root vouches for.
    enum class Others { kAccept, kRefuse };
    explicit SitePins(Others others = Others::kAccept) : others_(others) {}

    // `name` may take part; whoever it is, unless a key is pinned too.
    void know(std::string_view name) { keys_.try_emplace(std::string(name)); }
    void pin(std::string_view name, const PublicKey& key) { keys_[std::string(name)] = {key}; }
    // A renewal that the pinned key itself signed pins the new key beside the old one. Refuses what
    // check_renewal refuses, and "site-unlisted" where nothing was pinned.
    Status follow(std::string_view name, BytesView request_der, BytesView proof);

    // "site-unlisted", "site-key-changed".
    Status check(const PeerIdentity& site) const;

    using Keys = std::map<std::string, std::vector<PublicKey>, std::less<>>;
    const Keys& keys() const { return keys_; }  // an empty list: any key of that name

  private:
    Others others_;
    Keys keys_;
};

}  // namespace huizhen::identity
