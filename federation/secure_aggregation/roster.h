#pragma once

// Who takes part, with which keys, in which graph; and the context that binds all keys to it.

#include <optional>
#include <vector>

#include <huizhen/secure_aggregation/neighbour_graph.h>
#include <huizhen/secure_aggregation/terms.h>

#include "frame.h"

namespace huizhen::secagg {

struct Member {
    SiteId site;
    PublicKey share_key{};  // agreed with to seal shares
    PublicKey mask_key{};   // agreed with to mask
};

struct Roster {
    RoundShape shape;
    std::vector<Member> members;  // by ascending name; a member's number is its place here
    Sha256Digest context{};       // of the terms and of everything above

    // Where `site` stands.
    std::optional<std::uint32_t> find(const SiteId& site) const;
    const std::string& name(std::uint32_t member) const { return members[member].site.str(); }
};

Bytes keys_body(const PublicKey& share_key, const PublicKey& mask_key);

// A site's advertised keys, signed for these terms.
Result<Member> read_keys(BytesView message, const Sha256Digest& terms_digest, const Directory& directory);

// `members` ascending.
Roster make_roster(const Sha256Digest& terms_digest, const RoundShape& shape, std::vector<Member> members);

// The message to every site: the shape, and each member's own signed keys. `frames` in the members' order.
Bytes roster_message(const Sha256Digest& terms_digest, const RoundShape& shape,
                     std::span<const Bytes> frames);

// Refuses a roster whose members are not ascending, not signed, or share a key.
Result<Roster> read_roster(BytesView message, const Sha256Digest& terms_digest, const Directory& directory);

}  // namespace huizhen::secagg
