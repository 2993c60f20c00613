#pragma once

// Who is no longer trusted, asked on every call: a revocation takes effect with the next message. A plain
// value: the caller keeps the entries, and hands a snapshot to whoever verifies.

#include <map>
#include <optional>
#include <vector>

#include <huizhen/identity/peer_identity.h>

namespace huizhen::identity {

// The numbers are those of X.509 (RFC 5280, 5.3.1).
enum class RevocationReason : std::uint8_t {
    kUnspecified = 0,
    kKeyCompromise = 1,
    kCaCompromise = 2,
    kSuperseded = 4,  // renewed
    kCessation = 5,   // left the federation
};

struct Revocation {
    Serial serial{};
    RevocationReason reason = RevocationReason::kUnspecified;
    Time at;

    bool operator==(const Revocation&) const = default;
};

class Revocations {
  public:
    // The first entry for a serial stays: a later one changes neither reason nor time.
    void add(const Revocation& revocation) { serials_.try_emplace(revocation.serial, revocation); }

    // Every certificate of that name, those not known of too, until the name is taken back in: then the old
    // ones must be revoked by serial, as the caller knows them.
    void ban(Role role, std::string_view name, Time at) { names_.try_emplace({role, std::string(name)}, at); }
    void lift(Role role, std::string_view name) { names_.erase({role, std::string(name)}); }

    const Revocation* find(const Serial& serial) const;
    bool is_revoked(const Serial& serial) const { return find(serial) != nullptr; }
    bool is_banned(Role role, std::string_view name) const {
        return names_.contains({role, std::string(name)});
    }

    std::vector<Revocation> entries() const;  // by serial
    const std::map<std::pair<Role, std::string>, Time>& banned() const { return names_; }

  private:
    std::map<Serial, Revocation> serials_;
    std::map<std::pair<Role, std::string>, Time> names_;
};

// "certificate-revoked", with when.
Status check_not_revoked(const PeerIdentity& peer, const Revocations& revocations);

}  // namespace huizhen::identity
