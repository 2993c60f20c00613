#include "membership_store.h"

#include <array>

namespace huizhen::site {
namespace {

constexpr std::array kStates = {"asking", "waiting", "enrolled", "refused", "left"};

Result<Membership> read_state(std::string_view text) {
    for (std::size_t i = 0; i < kStates.size(); ++i)
        if (text == kStates[i]) return static_cast<Membership>(i);
    return fail(ErrorCode::kIntegrity, "database-damaged: an enrolment has no such state");
}

}  // namespace

std::string_view membership_name(Membership state) { return kStates[static_cast<std::size_t>(state)]; }

Result<std::optional<Enrolment>> MembershipStore::enrolment() const {
    HZ_ASSIGN(auto rows,
              connection_->query(
                  "SELECT site, coordinator, root, proxy, state, ticket, why, changed_at FROM enrolment"));
    HZ_ASSIGN(const bool found, rows.next());
    if (!found) return std::optional<Enrolment>();
    Enrolment enrolment;
    HZ_ASSIGN(enrolment.site, rows.get<std::string>(0));
    HZ_ASSIGN(enrolment.coordinator, rows.get<std::string>(1));
    HZ_ASSIGN(const auto root, rows.get<Blob>(2));
    HZ_ASSIGN(enrolment.root, to_digest(root));
    HZ_ASSIGN(enrolment.proxy, rows.get<std::optional<std::string>>(3));
    HZ_ASSIGN(const auto state, rows.get<std::string>(4));
    HZ_ASSIGN(enrolment.state, read_state(state));
    HZ_ASSIGN(enrolment.ticket, rows.get<Blob>(5));
    HZ_ASSIGN(enrolment.why, rows.get<std::string>(6));
    HZ_ASSIGN(const auto changed, rows.get<std::int64_t>(7));
    enrolment.changed_at = from_milliseconds(changed);
    return std::optional(std::move(enrolment));
}

Status MembershipStore::set(const Enrolment& enrolment) {
    const database::Value proxy =
        enrolment.proxy ? database::Value(std::string_view(*enrolment.proxy)) : database::Value();
    return connection_->run(
        "INSERT OR REPLACE INTO enrolment (only_one, site, coordinator, root, proxy, state, ticket, why, "
        "changed_at) "
        "VALUES (1, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        {std::string_view(enrolment.site), std::string_view(enrolment.coordinator), BlobView(enrolment.root),
         proxy, membership_name(enrolment.state), BlobView(enrolment.ticket), std::string_view(enrolment.why),
         to_milliseconds(enrolment.changed_at)});
}

Result<std::optional<ConnectionState>> MembershipStore::connection() const {
    HZ_ASSIGN(auto rows, connection_->query("SELECT connected, why, changed_at FROM connection"));
    HZ_ASSIGN(const bool found, rows.next());
    if (!found) return std::optional<ConnectionState>();
    ConnectionState state;
    HZ_ASSIGN(const auto connected, rows.get<std::int64_t>(0));
    state.connected = connected != 0;
    HZ_ASSIGN(state.why, rows.get<std::string>(1));
    HZ_ASSIGN(const auto changed, rows.get<std::int64_t>(2));
    state.changed_at = from_milliseconds(changed);
    return std::optional(std::move(state));
}

Status MembershipStore::set(const ConnectionState& connection) {
    return connection_->run(
        "INSERT OR REPLACE INTO connection (only_one, connected, why, changed_at) VALUES (1, ?1, ?2, ?3)",
        {static_cast<std::int64_t>(connection.connected), std::string_view(connection.why),
         to_milliseconds(connection.changed_at)});
}

Result<std::vector<identity::Certificate>> MembershipStore::issuers() const {
    HZ_ASSIGN(auto rows, connection_->query("SELECT der FROM issuer"));
    std::vector<identity::Certificate> issuers;
    for (;;) {
        HZ_ASSIGN(const bool more, rows.next());
        if (!more) return issuers;
        HZ_ASSIGN(const auto der, rows.get<Blob>(0));
        HZ_ASSIGN(auto issuer, identity::Certificate::read(BlobView(der)));
        issuers.push_back(std::move(issuer));
    }
}

Status MembershipStore::add(const identity::Certificate& issuer) {
    return connection_->run("INSERT OR IGNORE INTO issuer (fingerprint, der) VALUES (?1, ?2)",
                            {BlobView(issuer.fingerprint()), BlobView(issuer.der())});
}

Result<identity::LogHead> MembershipStore::log_head() const {
    HZ_ASSIGN(auto rows, connection_->query("SELECT count, hash FROM issuance"));
    HZ_ASSIGN(const bool found, rows.next());
    if (!found) return identity::LogHead{};
    HZ_ASSIGN(const auto count, rows.get<std::int64_t>(0));
    HZ_ASSIGN(const auto column, rows.get<Blob>(1));
    HZ_ASSIGN(const Sha256Digest hash, to_digest(column));
    return identity::LogHead{static_cast<std::uint64_t>(count), hash};
}

Status MembershipStore::extend_log(const identity::LogHead& head, const std::vector<SeenCertificate>& more) {
    HZ_ASSIGN(const identity::LogHead known, log_head());
    auto number = static_cast<std::int64_t>(known.count);
    for (const SeenCertificate& seen : more) {
        const database::Value revoked =
            seen.revoked_at ? database::Value(to_milliseconds(*seen.revoked_at)) : database::Value();
        const auto issued = std::chrono::floor<std::chrono::milliseconds>(seen.entry.issued);
        HZ_TRY(connection_->run(
            "INSERT INTO certificate (fingerprint, number, serial, role, name, issued_at, revoked_at) "
            "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            {BlobView(seen.entry.fingerprint), ++number, BlobView(seen.entry.serial),
             static_cast<std::int64_t>(seen.entry.role), std::string_view(seen.entry.name),
             to_milliseconds(issued), revoked}));
    }
    return connection_->run("INSERT OR REPLACE INTO issuance (only_one, count, hash) VALUES (1, ?1, ?2)",
                            {static_cast<std::int64_t>(head.count), BlobView(head.hash)});
}

Status MembershipStore::revoke_issuer(const identity::Revocation& revocation) {
    return connection_->run(
        "INSERT INTO revoked_issuer (serial, revoked_at) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
        {BlobView(revocation.serial),
         to_milliseconds(std::chrono::floor<std::chrono::milliseconds>(revocation.at))});
}

Status MembershipStore::set_revoked(const identity::Serial& serial, WallTime at) {
    return connection_->run("UPDATE certificate SET revoked_at = ?2 WHERE serial = ?1 AND revoked_at IS NULL",
                            {BlobView(serial), to_milliseconds(at)});
}

Result<bool> MembershipStore::is_logged(const Sha256Digest& fingerprint) const {
    HZ_ASSIGN(const auto number,
              connection_->value<std::int64_t>("SELECT number FROM certificate WHERE fingerprint = ?1",
                                               {BlobView(fingerprint)}));
    return number.has_value();
}

Result<identity::Revocations> MembershipStore::revocations() const {
    HZ_ASSIGN(auto rows,
              connection_->query("SELECT serial, revoked_at FROM certificate WHERE revoked_at IS NOT NULL "
                                 "UNION ALL SELECT serial, revoked_at FROM revoked_issuer"));
    identity::Revocations revocations;
    for (;;) {
        HZ_ASSIGN(const bool more, rows.next());
        if (!more) return revocations;
        HZ_ASSIGN(const auto column, rows.get<Blob>(0));
        HZ_ASSIGN(const auto at, rows.get<std::int64_t>(1));
        identity::Revocation revocation;
        if (column.size() != revocation.serial.size())
            return fail(ErrorCode::kIntegrity, "database-damaged: a serial number of another length");
        std::ranges::copy(column, revocation.serial.begin());
        revocation.at = from_milliseconds(at);
        revocations.add(revocation);
    }
}

}  // namespace huizhen::site
