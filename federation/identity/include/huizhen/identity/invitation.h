#pragma once

// An invitation: one line that a coordinator gives a hospital by telephone, letter or in person. It says whom
// to call, under which root, and proves once that the caller is the one invited.
//
//   hz1-XXXXXXXX-XXXXXXXX-...   Crockford's base32: no I, L, O or U; case, spaces and dashes do not matter.
// The eighth character of each group checks the seven before it and the group's place, so that a typing error
// is named by its group. Inside, 5 bits a character, big-endian, zero bits behind the end:
//   u8 role, u8 size, address, u8 size, name, SHA-256 of the root certificate[32], secret[16],
//   the first 4 bytes of SHA-256("huizhen invitation 1" and all before).

#include <optional>

#include <huizhen/identity/private_key.h>

namespace huizhen::identity {

using InvitationSecret = Secret<16>;

// As the invited side reads it. It cannot be printed; only invitation_text() shows the secret.
struct Invitation {
    Role role = Role::kSite;
    std::string coordinator;  // "HOST:PORT", at most 255 bytes
    std::string name;
    Sha256Digest root{};
    InvitationSecret secret;
};

SecretText invitation_text(const Invitation& invitation);
// "invitation-mistyped", with the group; "invitation-too-new".
Result<Invitation> read_invitation(std::string_view text);

// What the coordinator keeps: nothing from which the secret follows.
struct InvitationRecord {
    struct Use {
        Time at;
        PublicKey key{};  // whose request it let in
    };
    Role role = Role::kSite;
    std::string name;
    std::array<std::uint8_t, 16> salt{};
    Sha256Digest digest{};  // HKDF-SHA256 of the secret under the salt
    Time created, expires;
    std::optional<Time> withdrawn;
    std::optional<Use> used;
};

struct NewInvitation {
    Invitation invitation;
    InvitationRecord record;
};

// "name-malformed"; kInvalidArgument for an address or a lifetime that cannot be.
Result<NewInvitation> invite(Role role, std::string_view name, std::string_view coordinator,
                             const Sha256Digest& root, RandomSource& random, Time now,
                             std::chrono::seconds lifetime);

// Which record lets this request in; its use is noted there, and the caller commits that before it answers.
// The same key may ask again, so that an answer that was lost can be repeated. Every record is compared in
// constant time. "invitation-unknown", "-other-site", "-withdrawn", "-used", "-expired".
Result<std::size_t> redeem(std::span<InvitationRecord> records, Role role, std::string_view name,
                           const InvitationSecret& secret, const PublicKey& key, Time now);

}  // namespace huizhen::identity
