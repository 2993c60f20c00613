#include "members.h"

#include <huizhen/identity/certificate_request.h>

#include "state/schema.h"

namespace huizhen::coordinator {
namespace {

using database::Blob;
using database::BlobView;
using database::Rows;
using database::Value;

constexpr std::array kStateNames = {"invited", "waiting", "enrolled", "refused", "revoked", "left"};

// A renewal leaves the former certificate good until it ends: in a certificate's life there are two or three
// of a name. More are of somebody who fills the log that every site reads.
constexpr std::int64_t kMaxGoodCertificates = 4;

std::int64_t number_of(Role role) { return static_cast<std::int64_t>(role); }

template <std::size_t N>
Result<std::array<std::uint8_t, N>> fixed(const Blob& blob) {
    std::array<std::uint8_t, N> bytes{};
    if (blob.size() != N) return fail(ErrorCode::kIntegrity, "database-damaged: a value has another length");
    std::ranges::copy(blob, bytes.begin());
    return bytes;
}

Result<MemberState> read_state(std::string_view text) {
    for (std::size_t i = 0; i < kStateNames.size(); ++i)
        if (text == kStateNames[i]) return static_cast<MemberState>(i);
    return fail(ErrorCode::kIntegrity, "database-damaged: a member has no such state");
}

Result<Role> read_role(std::int64_t number) {
    if (number < 1 || number > 3) return fail(ErrorCode::kIntegrity, "database-damaged: no such role");
    return static_cast<Role>(number);
}

std::optional<Time> maybe_time(const std::optional<std::int64_t>& milliseconds) {
    if (!milliseconds) return std::nullopt;
    return from_milliseconds(*milliseconds);
}

Result<Member> read_member(const Rows& rows) {
    Member member;
    HZ_ASSIGN(const auto role, rows.get<std::int64_t>(0));
    HZ_ASSIGN(member.role, read_role(role));
    HZ_ASSIGN(member.name, rows.get<std::string>(1));
    HZ_ASSIGN(const auto state, rows.get<std::string>(2));
    HZ_ASSIGN(member.state, read_state(state));
    HZ_ASSIGN(const auto by_itself, rows.get<std::int64_t>(9));
    if (by_itself != 0) member.state = MemberState::kLeft;
    HZ_ASSIGN(const auto changed, rows.get<std::int64_t>(3));
    member.changed_at = from_milliseconds(changed);
    HZ_ASSIGN(member.why, rows.get<std::string>(4));
    HZ_ASSIGN(const auto seen, rows.get<std::optional<std::int64_t>>(5));
    member.last_seen = maybe_time(seen);
    HZ_ASSIGN(member.software, rows.get<std::string>(6));
    HZ_ASSIGN(const auto waiting, rows.get<std::optional<Blob>>(7));
    if (waiting && member.state == MemberState::kWaiting) {
        HZ_ASSIGN(member.waiting_key, fixed<32>(*waiting));
    }
    HZ_ASSIGN(const auto ends, rows.get<std::optional<std::int64_t>>(8));
    member.certificate_ends = maybe_time(ends);
    return member;
}

constexpr std::string_view kSelectMember = R"sql(
SELECT m.role, m.name, m.state, m.changed_at, m.why, m.last_seen, m.software,
  (SELECT r.public_key FROM request r WHERE r.role = m.role AND r.name = m.name),
  (SELECT max(c.not_after) FROM certificate c
   WHERE c.role = m.role AND c.name = m.name AND c.revoked_at IS NULL),
  m.by_itself
FROM member m
)sql";

Result<identity::InvitationRecord> read_invitation(const Rows& rows) {
    identity::InvitationRecord record;
    HZ_ASSIGN(const auto role, rows.get<std::int64_t>(1));
    HZ_ASSIGN(record.role, read_role(role));
    HZ_ASSIGN(record.name, rows.get<std::string>(2));
    HZ_ASSIGN(const auto salt, rows.get<Blob>(3));
    HZ_ASSIGN(record.salt, fixed<16>(salt));
    HZ_ASSIGN(const auto digest, rows.get<Blob>(4));
    HZ_ASSIGN(record.digest, fixed<32>(digest));
    HZ_ASSIGN(const auto made, rows.get<std::int64_t>(5));
    HZ_ASSIGN(const auto expires, rows.get<std::int64_t>(6));
    record.created = from_milliseconds(made);
    record.expires = from_milliseconds(expires);
    HZ_ASSIGN(const auto withdrawn, rows.get<std::optional<std::int64_t>>(7));
    record.withdrawn = maybe_time(withdrawn);
    HZ_ASSIGN(const auto used, rows.get<std::optional<std::int64_t>>(8));
    HZ_ASSIGN(const auto key, rows.get<std::optional<Blob>>(9));
    if (used && key) {
        identity::InvitationRecord::Use use;
        use.at = from_milliseconds(*used);
        HZ_ASSIGN(use.key, fixed<32>(*key));
        record.used = use;
    }
    return record;
}

}  // namespace

std::string_view member_state_name(MemberState state) { return kStateNames[static_cast<std::size_t>(state)]; }

Status Members::set_state(Role role, std::string_view name, MemberState state, std::string_view why,
                          Time now) {
    return connection_->run(
        "INSERT INTO member (role, name, state, changed_at, why) VALUES (?1, ?2, ?3, ?4, ?5) "
        "ON CONFLICT (role, name) DO UPDATE SET state = ?3, changed_at = ?4, why = ?5, by_itself = 0",
        {number_of(role), name, member_state_name(state), to_milliseconds(now), why});
}

Result<identity::SecretText> Members::invite(Role role, std::string_view name, std::string_view coordinator,
                                             std::chrono::seconds lifetime, Time now) {
    HZ_ASSIGN(const auto member, find(role, name));
    if (member && member->state == MemberState::kEnrolled)
        return fail(ErrorCode::kInvalidArgument, "already-enrolled: " + std::string(name) +
                                                     " has a certificate; revoke it first to invite it anew");
    HZ_ASSIGN(
        identity::NewInvitation fresh,
        identity::invite(role, name, coordinator, authority_->root().fingerprint(), *random_, now, lifetime));
    HZ_TRY(set_state(role, name, MemberState::kInvited, "", now));
    HZ_TRY(
        connection_->run("UPDATE invitation SET withdrawn_at = ?3 WHERE role = ?1 AND name = ?2 AND "
                         "withdrawn_at IS NULL",
                         {number_of(role), name, to_milliseconds(now)}));
    HZ_TRY(connection_->run("DELETE FROM request WHERE role = ?1 AND name = ?2", {number_of(role), name}));
    const identity::InvitationRecord& record = fresh.record;
    HZ_TRY(
        connection_->run("INSERT INTO invitation (role, name, salt, digest, made_at, expires_at) "
                         "VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                         {number_of(role), name, BlobView(record.salt), BlobView(record.digest),
                          to_milliseconds(record.created), to_milliseconds(record.expires)}));
    return identity::invitation_text(fresh.invitation);
}

Result<std::vector<identity::InvitationRecord>> Members::invitations(
    std::vector<std::int64_t>& numbers) const {
    HZ_ASSIGN(Rows rows,
              connection_->query("SELECT number, role, name, salt, digest, made_at, expires_at, "
                                 "withdrawn_at, used_at, used_key FROM invitation ORDER BY number"));
    std::vector<identity::InvitationRecord> records;
    for (;;) {
        HZ_ASSIGN(const bool more, rows.next());
        if (!more) return records;
        HZ_ASSIGN(const auto number, rows.get<std::int64_t>(0));
        HZ_ASSIGN(auto record, read_invitation(rows));
        numbers.push_back(number);
        records.push_back(std::move(record));
    }
}

Result<Admission> Members::request(Role role, std::string_view name, const identity::InvitationSecret& secret,
                                   identity::BytesView csr, Time now) {
    HZ_ASSIGN(const auto asked, identity::read_request(csr));
    HZ_TRY(identity::check_request_is_for(asked, role, name));
    std::vector<std::int64_t> numbers;
    HZ_ASSIGN(auto records, invitations(numbers));
    HZ_ASSIGN(const std::size_t found, identity::redeem(records, role, name, secret, asked.public_key, now));
    const identity::InvitationRecord& record = records[found];
    HZ_TRY(connection_->run(
        "UPDATE invitation SET used_at = ?2, used_key = ?3 WHERE number = ?1 AND used_at IS NULL",
        {numbers[found], to_milliseconds(record.used->at), BlobView(record.used->key)}));

    HZ_ASSIGN(const auto member, find(role, name));
    if (!member) return fail(ErrorCode::kIntegrity, "database-damaged: an invitation without a member");
    switch (member->state) {
        case MemberState::kInvited:
            HZ_TRY(connection_->run(
                "INSERT OR REPLACE INTO request (role, name, csr, public_key, asked_at) VALUES (?1, ?2, ?3, "
                "?4, ?5)",
                {number_of(role), name, csr, BlobView(asked.public_key), to_milliseconds(now)}));
            HZ_TRY(set_state(role, name, MemberState::kWaiting, "", now));
            return Admission{MemberState::kWaiting, {}, {}};
        case MemberState::kEnrolled: {
            HZ_ASSIGN(const auto chain, connection_->value<std::string>(
                                            "SELECT chain FROM certificate WHERE role = ?1 AND name = ?2 AND "
                                            "public_key = ?3 ORDER BY number DESC LIMIT 1",
                                            {number_of(role), name, BlobView(asked.public_key)}));
            if (!chain)
                return fail(ErrorCode::kIntegrity, "database-damaged: a member without a certificate");
            return Admission{MemberState::kEnrolled, *chain, {}};
        }
        default: return Admission{member->state, {}, member->why};
    }
}

Result<std::string> Members::issue(const identity::CertificateRequest& request, Time now) {
    const identity::Lifetimes lives;
    HZ_ASSIGN(const identity::Certificate leaf,
              authority_->issue(request, *random_, now,
                                request.role == Role::kOperator ? lives.operator_ : lives.site));
    const std::string chain = authority_->chain_pem(leaf);
    const std::string fingerprint = to_hex(leaf.fingerprint());
    HZ_TRY(connection_->run(
        "INSERT INTO certificate (serial, fingerprint, role, name, public_key, chain, issued_at, not_after) "
        "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        {BlobView(leaf.serial()), std::string_view(fingerprint), number_of(request.role),
         std::string_view(request.name), BlobView(request.public_key), std::string_view(chain),
         to_milliseconds(now), to_milliseconds(leaf.not_after())}));
    return chain;
}

Status Members::approve(Role role, std::string_view name, const identity::PublicKey& key, Time now) {
    HZ_ASSIGN(const auto csr,
              connection_->value<Blob>("SELECT csr FROM request WHERE role = ?1 AND name = ?2",
                                       {number_of(role), name}));
    HZ_ASSIGN(const auto member, find(role, name));
    if (!csr || !member || member->state != MemberState::kWaiting)
        return fail(ErrorCode::kNotFound,
                    "no-request: " + std::string(name) + " has not asked to be enrolled");
    HZ_ASSIGN(const auto asked, identity::read_request(*csr));
    if (asked.public_key != key)
        return fail(ErrorCode::kIntegrity, "request-changed: another key waits than the one compared");
    HZ_TRY(issue(asked, now));
    return set_state(role, name, MemberState::kEnrolled, "", now);
}

Status Members::refuse(Role role, std::string_view name, std::string_view why, Time now) {
    HZ_ASSIGN(const auto member, find(role, name));
    if (!member || member->state != MemberState::kWaiting)
        return fail(ErrorCode::kNotFound,
                    "no-request: " + std::string(name) + " has not asked to be enrolled");
    return set_state(role, name, MemberState::kRefused, why, now);
}

Result<std::string> Members::renew(const PeerIdentity& peer, identity::BytesView csr,
                                   identity::BytesView proof, Time now) {
    HZ_ASSIGN(const auto request, identity::check_renewal(csr, proof, peer));
    // The answer may have been lost: the same new key gets the same certificate.
    HZ_ASSIGN(const auto before,
              connection_->value<std::string>(
                  "SELECT chain FROM certificate WHERE role = ?1 AND name = ?2 AND public_key = ?3 "
                  "AND revoked_at IS NULL ORDER BY number DESC LIMIT 1",
                  {number_of(peer.role), std::string_view(peer.name), BlobView(request.public_key)}));
    if (before) return *before;
    // It was good when the call came in; a revocation may have been ahead of it in the queue.
    const std::string fingerprint = to_hex(peer.fingerprint);
    HZ_ASSIGN(const auto own,
              connection_->value<std::int64_t>(
                  "SELECT number FROM certificate WHERE fingerprint = ?1 AND revoked_at IS NULL",
                  {std::string_view(fingerprint)}));
    if (!own)
        return fail(ErrorCode::kPermissionDenied, "revoked: the certificate to renew is good no longer");
    HZ_ASSIGN(const auto good,
              connection_->value<std::int64_t>(
                  "SELECT count(*) FROM certificate WHERE role = ?1 AND name = ?2 AND revoked_at IS NULL "
                  "AND not_after > ?3",
                  {number_of(peer.role), std::string_view(peer.name), to_milliseconds(now)}));
    if (good.value_or(0) >= kMaxGoodCertificates)
        return fail(ErrorCode::kLimitExceeded, "renewed-too-often: " + peer.name + " holds " +
                                                   std::to_string(*good) + " good certificates already");
    return issue(request, now);
}

Status Members::revoke(Role role, std::string_view name, identity::RevocationReason reason,
                       std::string_view why, Time now) {
    HZ_ASSIGN(const auto member, find(role, name));
    if (!member)
        return fail(ErrorCode::kNotFound,
                    "no-such-member: nobody called " + std::string(name) + " is enrolled");
    HZ_TRY(
        connection_->run("UPDATE certificate SET revoked_at = ?3, reason = ?4 WHERE role = ?1 AND name = ?2 "
                         "AND revoked_at IS NULL",
                         {number_of(role), name, to_milliseconds(now), static_cast<std::int64_t>(reason)}));
    HZ_TRY(
        connection_->run("UPDATE invitation SET withdrawn_at = ?3 WHERE role = ?1 AND name = ?2 AND "
                         "withdrawn_at IS NULL",
                         {number_of(role), name, to_milliseconds(now)}));
    HZ_TRY(connection_->run("DELETE FROM request WHERE role = ?1 AND name = ?2", {number_of(role), name}));
    return set_state(role, name, MemberState::kRevoked, why, now);
}

Result<std::int64_t> Members::revoke_issued_by(const identity::Revocations& issuers, Time now) {
    std::int64_t fallen = 0;
    HZ_ASSIGN(const auto all, this->issuers());
    for (const identity::Certificate& issuer : all) {
        if (!issuers.is_revoked(issuer.serial())) continue;
        const std::string pem = issuer.pem();
        HZ_TRY(connection_->run(
            "UPDATE certificate SET revoked_at = ?2, reason = ?3 WHERE revoked_at IS NULL AND "
            "substr(chain, -length(?1)) = ?1",
            {std::string_view(pem), to_milliseconds(now),
             static_cast<std::int64_t>(identity::RevocationReason::kCaCompromise)}));
        fallen += connection_->rows_changed();
    }
    if (fallen == 0) return fallen;
    HZ_TRY(connection_->run(
        "UPDATE member SET state = 'revoked', changed_at = ?1, why = ?2 WHERE state = 'enrolled' AND NOT "
        "EXISTS "
        "(SELECT 1 FROM certificate c WHERE c.role = member.role AND c.name = member.name AND c.revoked_at "
        "IS NULL)",
        {to_milliseconds(now), std::string_view("the issuing key of its certificate was revoked")}));
    return fallen;
}

Status Members::leave(std::string_view site, std::string_view why, Time now) {
    HZ_ASSIGN(const auto member, find(Role::kSite, site));
    if (!member || member->state != MemberState::kEnrolled)
        return fail(ErrorCode::kPermissionDenied, "revoked: " + std::string(site) + " is no member");
    HZ_TRY(revoke(Role::kSite, site, identity::RevocationReason::kCessation, why, now));
    return connection_->run("UPDATE member SET by_itself = 1 WHERE role = ?1 AND name = ?2",
                            {number_of(Role::kSite), site});
}

Status Members::seen(Role role, std::string_view name, std::string_view software, Time now) {
    return connection_->run("UPDATE member SET last_seen = ?3, software = ?4 WHERE role = ?1 AND name = ?2",
                            {number_of(role), name, to_milliseconds(now), software});
}

Result<std::vector<Member>> Members::all() const {
    HZ_ASSIGN(Rows rows, connection_->query(std::string(kSelectMember) + " ORDER BY m.role, m.name"));
    std::vector<Member> members;
    for (;;) {
        HZ_ASSIGN(const bool more, rows.next());
        if (!more) return members;
        HZ_ASSIGN(Member member, read_member(rows));
        members.push_back(std::move(member));
    }
}

Result<std::optional<Member>> Members::find(Role role, std::string_view name) const {
    HZ_ASSIGN(Rows rows, connection_->query(std::string(kSelectMember) + " WHERE m.role = ?1 AND m.name = ?2",
                                            {number_of(role), name}));
    HZ_ASSIGN(const bool found, rows.next());
    if (!found) return std::optional<Member>();
    HZ_ASSIGN(Member member, read_member(rows));
    return std::optional<Member>(std::move(member));
}

Result<identity::Revocations> Members::revocations() const {
    identity::Revocations revocations;
    HZ_ASSIGN(Rows rows,
              connection_->query(
                  "SELECT serial, reason, revoked_at FROM certificate WHERE revoked_at IS NOT NULL"));
    for (;;) {
        HZ_ASSIGN(const bool more, rows.next());
        if (!more) return revocations;
        identity::Revocation revocation;
        HZ_ASSIGN(const auto serial, rows.get<Blob>(0));
        HZ_ASSIGN(revocation.serial, fixed<16>(serial));
        HZ_ASSIGN(const auto reason, rows.get<std::int64_t>(1));
        revocation.reason = static_cast<identity::RevocationReason>(reason);
        HZ_ASSIGN(const auto at, rows.get<std::int64_t>(2));
        revocation.at = from_milliseconds(at);
        revocations.add(revocation);
    }
}

Result<std::string> Members::chain_of(std::string_view fingerprint) const {
    HZ_ASSIGN(const auto chain, connection_->value<std::string>(
                                    "SELECT chain FROM certificate WHERE fingerprint = ?1", {fingerprint}));
    if (!chain) return fail(ErrorCode::kNotFound, "no-such-certificate: it was not issued here");
    return *chain;
}

Result<std::map<std::string, identity::Bytes>> Members::site_certificates() const {
    HZ_ASSIGN(Rows rows,
              connection_->query(
                  "SELECT c.name, c.chain FROM certificate c JOIN member m USING (role, name) "
                  "WHERE c.role = ?1 AND c.revoked_at IS NULL AND m.state = 'enrolled' ORDER BY c.number",
                  {number_of(Role::kSite)}));
    std::map<std::string, identity::Bytes> certificates;
    for (;;) {
        HZ_ASSIGN(const bool more, rows.next());
        if (!more) return certificates;
        HZ_ASSIGN(const auto name, rows.get<std::string>(0));
        HZ_ASSIGN(const auto chain, rows.get<std::string>(1));
        HZ_ASSIGN(const auto read, identity::read_chain(chain));
        certificates[name] = read.front().der();
    }
}

Result<std::vector<Members::Issued>> Members::issued(std::uint64_t skip) const {
    HZ_ASSIGN(Rows rows,
              connection_->query("SELECT chain, issued_at, revoked_at FROM certificate ORDER BY number "
                                 "LIMIT -1 OFFSET ?1",
                                 {static_cast<std::int64_t>(skip)}));
    std::vector<Issued> issued;
    for (;;) {
        HZ_ASSIGN(const bool more, rows.next());
        if (!more) return issued;
        HZ_ASSIGN(const auto chain, rows.get<std::string>(0));
        HZ_ASSIGN(const auto at, rows.get<std::int64_t>(1));
        HZ_ASSIGN(const auto certificates, identity::read_chain(chain));
        HZ_ASSIGN(const PeerIdentity peer, identity::read_identity(certificates.front()));
        HZ_ASSIGN(const auto revoked, rows.get<std::optional<std::int64_t>>(2));
        const Time when = std::chrono::floor<std::chrono::seconds>(from_milliseconds(at));
        issued.push_back({identity::log_entry(peer, when), chain, maybe_time(revoked)});
    }
}

Result<std::vector<identity::Certificate>> Members::issuers() const {
    constexpr std::string_view kEndOfLeaf = "-----END CERTIFICATE-----\n";
    std::vector<identity::Certificate> issuers = {authority_->certificate()};
    HZ_ASSIGN(Rows rows, connection_->query(
                             "SELECT DISTINCT substr(chain, instr(chain, ?1) + length(?1)) FROM certificate",
                             {kEndOfLeaf}));
    for (;;) {
        HZ_ASSIGN(const bool more, rows.next());
        if (!more) return issuers;
        HZ_ASSIGN(const auto pem, rows.get<std::string>(0));
        HZ_ASSIGN(identity::Certificate issuer, identity::Certificate::read(std::string_view(pem)));
        if (issuer.fingerprint() != authority_->certificate().fingerprint())
            issuers.push_back(std::move(issuer));
    }
}

}  // namespace huizhen::coordinator
