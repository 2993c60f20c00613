#pragma once

// Every certificate ever issued, as sites are shown them and as callers are judged by them: read from the
// database once, and of later changes only what is new.

#include <memory>
#include <mutex>
#include <unordered_set>

#include <huizhen/identity/revocations.h>
#include <huizhen/rpc/enrolment.h>

#include "members/members.h"

namespace huizhen::coordinator {

class Roster {
  public:
    // `issuers`: issuing keys that the root has revoked.
    explicit Roster(identity::Revocations issuers = {});

    // After the commit of whatever issued or revoked; the loop's thread.
    Status refresh(const Members& members);

    struct Snapshot {
        std::vector<rpc::IssuedCertificate> certificates;  // in the order of the log
        std::vector<identity::Serial> serials;             // of the same
        identity::LogHead head;
        identity::Revocations revocations;             // of issuing keys, too
        std::size_t revoked = 0;                       // of the certificates
        std::unordered_set<std::string> fingerprints;  // hexadecimal
    };
    // Any thread. Co-owned by whoever looks at it while a newer one takes its place.
    std::shared_ptr<const Snapshot> now() const;
    rpc::RosterPage page(std::uint64_t skip, std::size_t max) const;

  private:
    mutable std::mutex mutex_;  // of the pointer
    std::shared_ptr<const Snapshot> snapshot_;
};

}  // namespace huizhen::coordinator
