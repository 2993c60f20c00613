#pragma once

// To which federation the site belongs, and what it has seen of the certificates there. One thread, in its
// transaction.

#include <huizhen/identity/certificate.h>
#include <huizhen/identity/issuance_log.h>
#include <huizhen/identity/revocations.h>

#include "state/schema.h"

namespace huizhen::site {

enum class Membership {
    kAsking,   // the request may not have arrived yet
    kWaiting,  // a person at the coordinator has to decide
    kEnrolled,
    kRefused,
    kLeft,
};
std::string_view membership_name(Membership state);

struct Enrolment {
    std::string site, coordinator;  // HOST:PORT
    Sha256Digest root{};            // of the root certificate, as the invitation names it
    std::optional<std::string> proxy;
    Membership state = Membership::kAsking;
    Blob ticket;  // to ask with whether a person has decided
    std::string why;
    WallTime changed_at;
};

struct ConnectionState {
    bool connected = false;
    std::string why;
    WallTime changed_at;
};

// A certificate as the coordinator's log shows it.
struct SeenCertificate {
    identity::LogEntry entry;
    std::optional<WallTime> revoked_at;
};

class MembershipStore {
  public:
    explicit MembershipStore(database::Connection& connection) : connection_(&connection) {}

    Result<std::optional<Enrolment>> enrolment() const;
    Status set(const Enrolment& enrolment);

    Result<std::optional<ConnectionState>> connection() const;
    Status set(const ConnectionState& connection);

    Result<std::vector<identity::Certificate>> issuers() const;
    Status add(const identity::Certificate& issuer);

    // Its certificate need not be known here.
    Status revoke_issuer(const identity::Revocation& revocation);

    Result<identity::LogHead> log_head() const;
    // `more` follow what is known; `revoked` may be old ones too.
    Status extend_log(const identity::LogHead& head, const std::vector<SeenCertificate>& more);
    Status set_revoked(const identity::Serial& serial, WallTime at);
    Result<bool> is_logged(const Sha256Digest& fingerprint) const;
    Result<identity::Revocations> revocations() const;  // of issuers, too

  private:
    database::Connection* connection_;
};

}  // namespace huizhen::site
