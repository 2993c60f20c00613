#pragma once

// Who belongs to the federation: invitations, requests, certificates and revocations, in the coordinator's
// database. Every change is made in the caller's transaction, together with its entry in the audit. The
// loop's thread alone.

#include <map>
#include <optional>

#include <huizhen/database/connection.h>
#include <huizhen/identity/certificate_authority.h>
#include <huizhen/identity/invitation.h>
#include <huizhen/identity/issuance_log.h>

namespace huizhen::coordinator {

using identity::PeerIdentity;
using identity::Role;
using identity::Time;

enum class MemberState { kInvited, kWaiting, kEnrolled, kRefused, kRevoked, kLeft };
std::string_view member_state_name(MemberState state);

struct Member {
    Role role = Role::kSite;
    std::string name;
    MemberState state = MemberState::kInvited;
    Time changed_at;
    std::string why;
    std::optional<Time> last_seen;
    std::string software;
    std::optional<identity::PublicKey> waiting_key;  // of a request a person has to decide on
    std::optional<Time> certificate_ends;            // of the newest that is not revoked
};

// Where a request stands.
struct Admission {
    MemberState state = MemberState::kWaiting;
    std::string chain_pem;  // once enrolled
    std::string why;        // once refused
};

class Members {
  public:
    // All outlive it.
    Members(database::Connection& connection, const identity::IssuingAuthority& authority,
            RandomSource& random)
        : connection_(&connection), authority_(&authority), random_(&random) {}

    // A new invitation takes the place of an older one for the same name, which is withdrawn.
    // kInvalidArgument, "already-enrolled".
    Result<identity::SecretText> invite(Role role, std::string_view name, std::string_view coordinator,
                                        std::chrono::seconds lifetime, Time now);

    // What an invited node asks for, and asks again until a person has decided.
    Result<Admission> request(Role role, std::string_view name, const identity::InvitationSecret& secret,
                              identity::BytesView csr, Time now);

    // kNotFound, "no-request". `key`: what the person compared; kIntegrity, "request-changed", when another
    // waits.
    Status approve(Role role, std::string_view name, const identity::PublicKey& key, Time now);
    Status refuse(Role role, std::string_view name, std::string_view why, Time now);

    // A new certificate for a new key; the old one is good until it ends. "revoked"; "renewed-too-often".
    Result<std::string> renew(const PeerIdentity& peer, identity::BytesView csr, identity::BytesView proof,
                              Time now);

    // At once, and every certificate of that name. kNotFound, "no-such-member".
    Status revoke(Role role, std::string_view name, identity::RevocationReason reason, std::string_view why,
                  Time now);

    // Whatever a revoked issuing key signed falls with it, and whoever holds no other certificate has to be
    // invited anew: so many certificates.
    Result<std::int64_t> revoke_issued_by(const identity::Revocations& issuers, Time now);

    // The same by the site's own will. kPermissionDenied, "revoked": it is a member no longer.
    Status leave(std::string_view site, std::string_view why, Time now);

    Status seen(Role role, std::string_view name, std::string_view software, Time now);

    Result<std::vector<Member>> all() const;
    Result<std::optional<Member>> find(Role role, std::string_view name) const;
    Result<identity::Revocations> revocations() const;

    // kNotFound: no certificate with this SHA-256 (hexadecimal) was issued here.
    Result<std::string> chain_of(std::string_view fingerprint) const;
    // Of every enrolled site, its newest certificate.
    Result<std::map<std::string, identity::Bytes>> site_certificates() const;  // DER by name

    struct Issued {
        identity::LogEntry entry;
        std::string chain_pem;
        std::optional<Time> revoked;
    };
    // Every certificate after the first `skip`, in the order of the log.
    Result<std::vector<Issued>> issued(std::uint64_t skip) const;

    // Whoever signed what was issued here: the issuing key of today, and those that it replaced.
    Result<std::vector<identity::Certificate>> issuers() const;

  private:
    Status set_state(Role role, std::string_view name, MemberState state, std::string_view why, Time now);
    Result<std::string> issue(const identity::CertificateRequest& request, Time now);
    Result<std::vector<identity::InvitationRecord>> invitations(std::vector<std::int64_t>& numbers) const;

    database::Connection* connection_;
    const identity::IssuingAuthority* authority_;
    RandomSource* random_;
};

}  // namespace huizhen::coordinator
