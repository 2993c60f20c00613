#include "phase_messages.h"

namespace huizhen::secagg {

namespace {

void write_boxes(Writer& out, std::span<const AddressedBox> boxes) {
    out.u32(static_cast<std::uint32_t>(boxes.size()));
    for (const AddressedBox& box : boxes) {
        out.u32(box.member);
        out.raw(box.box);
    }
}

// Lists of members ascend, so that a member cannot be in one twice.
Status check_ascending(std::uint32_t member, std::optional<std::uint32_t>& last) {
    if (last && member == *last) {
        return refuse(Refusal::kDuplicate, "member " + std::to_string(member) + " is listed twice");
    }
    if (last && member < *last) return refuse(Refusal::kMalformed, "a list is not in order");
    last = member;
    return {};
}

Result<std::vector<AddressedBox>> read_boxes(Reader& in) {
    HZ_ASSIGN(const std::uint32_t count, in.count(4 + kBoxBytes));
    std::vector<AddressedBox> boxes(count);
    std::optional<std::uint32_t> last;
    for (AddressedBox& box : boxes) {
        HZ_ASSIGN(box.member, in.u32());
        HZ_TRY(check_ascending(box.member, last));
        HZ_TRY(in.fixed(box.box));
    }
    HZ_TRY(in.end());
    return boxes;
}

void write_members(Writer& out, std::span<const std::uint32_t> members) {
    out.u32(static_cast<std::uint32_t>(members.size()));
    for (const std::uint32_t member : members) out.u32(member);
}

Result<std::vector<std::uint32_t>> read_members(Reader& in) {
    HZ_ASSIGN(const std::uint32_t count, in.count(4));
    std::vector<std::uint32_t> members(count);
    std::optional<std::uint32_t> last;
    for (std::uint32_t& member : members) {
        HZ_ASSIGN(member, in.u32());
        HZ_TRY(check_ascending(member, last));
    }
    return members;
}

}  // namespace

Bytes write_shares(const SharesBody& body) {
    Writer out;
    out.raw(body.commitment);
    write_boxes(out, body.boxes);
    return out.take();
}

Result<SharesBody> read_shares(BytesView bytes) {
    Reader in(bytes);
    SharesBody body;
    HZ_TRY(in.fixed(body.commitment));
    HZ_ASSIGN(body.boxes, read_boxes(in));
    return body;
}

Bytes write_delivery(std::span<const AddressedBox> boxes) {
    Writer out;
    write_boxes(out, boxes);
    return out.take();
}

Result<std::vector<AddressedBox>> read_delivery(BytesView bytes) {
    Reader in(bytes);
    return read_boxes(in);
}

Bytes write_upload(const UploadBody& body) {
    Writer out;
    out.u64(body.words);
    out.raw(body.digest);
    return out.take();
}

Result<UploadBody> read_upload(BytesView bytes) {
    Reader in(bytes);
    UploadBody body;
    HZ_ASSIGN(body.words, in.u64());
    HZ_TRY(in.fixed(body.digest));
    HZ_TRY(in.end());
    return body;
}

Sha256Digest digest_of_words(std::span<const std::uint32_t> words) { return sha256(std::as_bytes(words)); }

Bytes write_survivors(const SurvivorsBody& body) {
    Writer out;
    write_members(out, body.active);
    write_members(out, body.dropped);
    return out.take();
}

Result<SurvivorsBody> read_survivors(BytesView bytes) {
    Reader in(bytes);
    SurvivorsBody body;
    HZ_ASSIGN(body.active, read_members(in));
    HZ_ASSIGN(body.dropped, read_members(in));
    HZ_TRY(in.end());
    return body;
}

Bytes agreement_body(const SurvivorsBody& survivors) {
    const Bytes lists = write_survivors(survivors);
    const Sha256Digest digest = sha256(std::as_bytes(std::span(lists)));
    return {digest.begin(), digest.end()};
}

Bytes write_signatures(std::span<const MemberSignature> signatures) {
    Writer out;
    out.u32(static_cast<std::uint32_t>(signatures.size()));
    for (const MemberSignature& signature : signatures) {
        out.u32(signature.member);
        out.block(signature.signature);
    }
    return out.take();
}

Result<std::vector<MemberSignature>> read_signatures(BytesView bytes) {
    Reader in(bytes);
    HZ_ASSIGN(const std::uint32_t count, in.count(8));
    std::vector<MemberSignature> signatures(count);
    std::optional<std::uint32_t> last;
    for (MemberSignature& signature : signatures) {
        HZ_ASSIGN(signature.member, in.u32());
        HZ_TRY(check_ascending(signature.member, last));
        HZ_ASSIGN(const BytesView block, in.block());
        signature.signature.assign(block.begin(), block.end());
    }
    HZ_TRY(in.end());
    return signatures;
}

Bytes write_unmasking(std::span<const RevealedShare> shares) {
    Writer out;
    out.u32(static_cast<std::uint32_t>(shares.size()));
    for (const RevealedShare& share : shares) {
        out.u32(share.about);
        out.u8(static_cast<std::uint8_t>(share.kind));
        out.raw(share.value.bytes());
    }
    return out.take();
}

Result<std::vector<RevealedShare>> read_unmasking(BytesView bytes) {
    Reader in(bytes);
    HZ_ASSIGN(const std::uint32_t count, in.count(5 + kShareBytes));
    std::vector<RevealedShare> shares(count);
    std::optional<std::uint32_t> last;
    for (RevealedShare& share : shares) {
        HZ_ASSIGN(share.about, in.u32());
        HZ_TRY(check_ascending(share.about, last));
        HZ_ASSIGN(const std::uint8_t kind, in.u8());
        if (kind > 1) return refuse(Refusal::kMalformed, "a share of kind " + std::to_string(kind));
        share.kind = static_cast<Revealed>(kind);
        HZ_ASSIGN(const BytesView value, in.raw(kShareBytes));
        std::copy(value.begin(), value.end(), share.value.mutable_bytes().begin());
    }
    HZ_TRY(in.end());
    return shares;
}

}  // namespace huizhen::secagg
