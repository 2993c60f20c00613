#include <huizhen/base/clock.h>
#include <huizhen/identity/invitation.h>
#include <huizhen/identity/refusal.h>
#include <huizhen/secure_aggregation/key_derivation.h>

#include "x509_values.h"

namespace huizhen::identity {

namespace {

Sha256Digest digest_of(const InvitationSecret& secret, const std::array<std::uint8_t, 16>& salt) {
    Sha256Digest digest{};
    secagg::hkdf_sha256(secret.bytes(), salt, view_of("huizhen invitation 1"), digest);
    return digest;
}

bool is_address(std::string_view text) {
    return !text.empty() && text.size() <= 255 && text.find(':') != std::string_view::npos &&
           std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7f; });
}

}  // namespace

Result<NewInvitation> invite(Role role, std::string_view name, std::string_view coordinator,
                             const Sha256Digest& root, RandomSource& random, Time now,
                             std::chrono::seconds lifetime) {
    HZ_TRY(check_name(name));
    if (role == Role::kCoordinator || !is_address(coordinator) || lifetime.count() <= 0) {
        return fail(ErrorCode::kInvalidArgument,
                    "an invitation is for a site or an operator, names HOST:PORT, and has a lifetime");
    }
    NewInvitation made;
    made.invitation.role = made.record.role = role;
    made.invitation.name = made.record.name = std::string(name);
    made.invitation.coordinator = std::string(coordinator);
    made.invitation.root = root;
    random.fill(made.invitation.secret.mutable_bytes());
    random.fill(made.record.salt);
    made.record.digest = digest_of(made.invitation.secret, made.record.salt);
    made.record.created = now;
    made.record.expires = now + lifetime;
    return made;
}

Result<std::size_t> redeem(std::span<InvitationRecord> records, Role role, std::string_view name,
                           const InvitationSecret& secret, const PublicKey& key, Time now) {
    std::optional<std::size_t> found;
    for (std::size_t i = 0; i < records.size(); ++i) {  // all of them, whichever it is
        const Sha256Digest digest = digest_of(secret, records[i].salt);
        if (equal_in_constant_time(digest, records[i].digest)) found = i;
    }
    if (!found) return refusal::kInvitationUnknown.because("the coordinator gave no such invitation");
    InvitationRecord& record = records[*found];
    if (record.role != role || record.name != name) {
        return refusal::kInvitationOtherSite.because("it was made out to " +
                                                     uri_of(record.role, record.name));
    }
    if (record.withdrawn) {
        return refusal::kInvitationWithdrawn.because("withdrawn " + to_iso8601(*record.withdrawn));
    }
    if (record.used) {
        if (record.used->key == key) return *found;
        return refusal::kInvitationUsed.because("used " + to_iso8601(record.used->at));
    }
    if (now >= record.expires) {
        return refusal::kInvitationExpired.because("expired " + to_iso8601(record.expires));
    }
    record.used = InvitationRecord::Use{now, key};
    return *found;
}

}  // namespace huizhen::identity
