#pragma once

// Whom this site believes: certificates under the root it was invited to, as the coordinator's log shows
// them, with the revocations it has been told of and the pins of its own policy.

#include <memory>
#include <mutex>
#include <set>

#include <huizhen/identity/certificate_directory.h>
#include <huizhen/rounds/message.h>
#include <huizhen/rpc/enrolment.h>
#include <huizhen/rpc/peer.h>

#include "state/membership_store.h"

namespace huizhen::site {

// check() on any thread; all else on the loop's.
class Trust final : public rpc::PeerCheck {
  public:
    // `own_chain`: the site's own certificate, whose issuer is one known. Store and clock outlive it.
    static Result<std::unique_ptr<Trust>> open(identity::Certificate root, std::string_view own_chain,
                                               const std::set<rounds::SiteId>& known_sites,
                                               MembershipStore& store, const Clock& clock);

    // Who a coordinator or site is.
    Result<rpc::Peer> check(std::string_view certificate_pem) const override;

    // What the coordinator shows of its log after its first `skip` certificates: 0, or as many as are known
    // here. "log-rewritten" where that is not how the log went on: nothing is taken in then.
    Status take(const rpc::RosterPage& page, std::uint64_t skip);
    // X.509 lists of revocations. What the root has signed counts: issuing keys, and with them all that they
    // signed. The issuing keys' own lists say no more than the log does, and are passed over.
    Status take_lists(std::string_view pem);
    Result<identity::LogHead> log_head() const { return store_.log_head(); }

    // Whether all certificates are in the log that was seen. False: look at the log again first.
    Result<bool> knows(const rounds::Proposal& proposal) const;
    // kPermissionDenied, by name, with the site whose certificate this site does not work with.
    Status judge(const rounds::Proposal& proposal, const identity::PeerIdentity& self) const;

    const identity::PeerVerifier& verifier() const { return *verifier_; }

  private:
    Trust(identity::Certificate root, identity::SitePins pins, MembershipStore& store, const Clock& clock)
        : root_(std::move(root)), pins_(std::move(pins)), store_(store), clock_(clock) {}
    Status reload();

    struct Snapshot {
        std::shared_ptr<const identity::PeerVerifier> verifier;
        identity::Revocations revocations;
    };
    identity::Certificate root_;
    identity::SitePins pins_;
    MembershipStore& store_;
    const Clock& clock_;
    std::shared_ptr<const identity::PeerVerifier> verifier_;  // co-owned by the snapshot that check() uses
    mutable std::mutex mutex_;                                // of the pointer
    std::shared_ptr<const Snapshot> snapshot_;  // co-owned by calls that look while it is replaced
};

}  // namespace huizhen::site
