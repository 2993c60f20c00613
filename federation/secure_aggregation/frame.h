#pragma once

// The outside of every message:
//   "huizhen secagg 1" | kind (1 byte) | context (32 bytes) | sender (block) | body (block) | signature
//   (block)
// A site signs everything before the signature. What the coordinator sends has no sender and no signature:
// its channel authenticates it, and what matters in it is signed by sites.

#include <huizhen/base/sha256.h>
#include <huizhen/secure_aggregation/signature.h>

#include "wire.h"

namespace huizhen::secagg {

// Never renumbered: these bytes are signed.
enum class MessageKind : std::uint8_t {
    kKeys = 1,
    kRoster = 2,
    kShares = 3,
    kDelivery = 4,
    kUpload = 5,
    kSurvivors = 6,
    kAgreement = 7,
    kSignatures = 8,
    kUnmasking = 9,
};

inline constexpr std::size_t kMaxSiteBytes = 128;

// The same refusal, saying at its end which site it is about: its name stays in front.
Error about(const Error& error, const SiteId& site);

struct Frame {
    SiteId sender;
    BytesView body;  // inside the message that was read
};

// What a site signs.
Bytes signed_part(MessageKind kind, const Sha256Digest& context, const SiteId& sender, BytesView body);

Bytes frame_of_site(MessageKind kind, const Sha256Digest& context, const SiteId& sender, BytesView body,
                    const Signer& signer);
Bytes frame_of_coordinator(MessageKind kind, const Sha256Digest& context, BytesView body);

// The frame, if it is of this kind and context, and signed by its sender; refused by name otherwise.
Result<Frame> read_site_frame(BytesView message, MessageKind kind, const Sha256Digest& context,
                              const Directory& directory);
Result<BytesView> read_coordinator_frame(BytesView message, MessageKind kind, const Sha256Digest& context);

}  // namespace huizhen::secagg
