#pragma once

// The insides of the messages after the roster, as values. Readers check form; the phases check meaning.

#include "roster.h"

namespace huizhen::secagg {

inline constexpr std::size_t kShareBytes = 32, kBoxPlainBytes = 2 * kShareBytes;
inline constexpr std::size_t kBoxBytes = 12 + kBoxPlainBytes + 16;  // share_cipher.h

using Box = std::array<std::uint8_t, kBoxBytes>;

struct AddressedBox {
    std::uint32_t member = 0;  // the receiver in SharesBody, the sender in a delivery
    Box box{};
};

struct SharesBody {
    Sha256Digest commitment{};  // to the sender's own mask seed
    std::vector<AddressedBox> boxes;
};
Bytes write_shares(const SharesBody& body);
Result<SharesBody> read_shares(BytesView bytes);

Bytes write_delivery(std::span<const AddressedBox> boxes);
Result<std::vector<AddressedBox>> read_delivery(BytesView bytes);

struct UploadBody {
    std::uint64_t words = 0;
    Sha256Digest digest{};  // SHA-256 of the masked words, little-endian
};
Bytes write_upload(const UploadBody& body);
Result<UploadBody> read_upload(BytesView bytes);
Sha256Digest digest_of_words(std::span<const std::uint32_t> words);

// Every member is in one list or the other; both ascend.
struct SurvivorsBody {
    std::vector<std::uint32_t> active, dropped;
};
Bytes write_survivors(const SurvivorsBody& body);
Result<SurvivorsBody> read_survivors(BytesView bytes);
// What a site signs in agreement.
Bytes agreement_body(const SurvivorsBody& survivors);

struct MemberSignature {
    std::uint32_t member = 0;
    Bytes signature;
};
Bytes write_signatures(std::span<const MemberSignature> signatures);
Result<std::vector<MemberSignature>> read_signatures(BytesView bytes);

enum class Revealed : std::uint8_t { kSelfMaskSeed = 0, kMaskKey = 1 };

struct RevealedShare {
    std::uint32_t about = 0;
    Revealed kind = Revealed::kSelfMaskSeed;
    Secret32 value;
};
Bytes write_unmasking(std::span<const RevealedShare> shares);
Result<std::vector<RevealedShare>> read_unmasking(BytesView bytes);

}  // namespace huizhen::secagg
