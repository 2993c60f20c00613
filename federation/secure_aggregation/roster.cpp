#include "roster.h"

#include <set>

namespace huizhen::secagg {

namespace {

void write_shape(Writer& out, const RoundShape& shape) {
    for (const std::uint32_t value :
         {shape.sites, shape.neighbours, shape.threshold, shape.quorum, shape.dropped_in_window}) {
        out.u32(value);
    }
}

Result<RoundShape> read_shape(Reader& in) {
    RoundShape shape;
    for (std::uint32_t* value :
         {&shape.sites, &shape.neighbours, &shape.threshold, &shape.quorum, &shape.dropped_in_window}) {
        HZ_ASSIGN(*value, in.u32());
    }
    return shape;
}

}  // namespace

std::optional<std::uint32_t> Roster::find(const SiteId& site) const {
    const auto found =
        std::lower_bound(members.begin(), members.end(), site,
                         [](const Member& member, const SiteId& id) { return member.site < id; });
    if (found == members.end() || found->site != site) return std::nullopt;
    return static_cast<std::uint32_t>(found - members.begin());
}

Bytes keys_body(const PublicKey& share_key, const PublicKey& mask_key) {
    Writer body;
    body.raw(share_key);
    body.raw(mask_key);
    return body.take();
}

Result<Member> read_keys(BytesView message, const Sha256Digest& terms_digest, const Directory& directory) {
    HZ_ASSIGN(const Frame frame, read_site_frame(message, MessageKind::kKeys, terms_digest, directory));
    Member member{frame.sender, {}, {}};
    Reader body(frame.body);
    HZ_TRY(body.fixed(member.share_key));
    HZ_TRY(body.fixed(member.mask_key));
    HZ_TRY(body.end());
    return member;
}

Roster make_roster(const Sha256Digest& terms_digest, const RoundShape& shape, std::vector<Member> members) {
    Writer text;
    text.raw(std::string_view("huizhen secagg roster 1"));
    text.raw(terms_digest);
    write_shape(text, shape);
    for (const Member& member : members) {
        text.block(member.site.str());
        text.raw(member.share_key);
        text.raw(member.mask_key);
    }
    return {shape, std::move(members), sha256(std::as_bytes(text.view()))};
}

Bytes roster_message(const Sha256Digest& terms_digest, const RoundShape& shape,
                     std::span<const Bytes> frames) {
    Writer body;
    write_shape(body, shape);
    body.u32(static_cast<std::uint32_t>(frames.size()));
    for (const Bytes& frame : frames) body.block(frame);
    return frame_of_coordinator(MessageKind::kRoster, terms_digest, body.view());
}

Result<Roster> read_roster(BytesView message, const Sha256Digest& terms_digest, const Directory& directory) {
    HZ_ASSIGN(const BytesView bytes, read_coordinator_frame(message, MessageKind::kRoster, terms_digest));
    Reader body(bytes);
    HZ_ASSIGN(const RoundShape shape, read_shape(body));
    HZ_ASSIGN(const std::uint32_t count, body.count(100));
    if (count != shape.sites || count > kMaxSites) {
        return refuse(Refusal::kMalformed, "a roster of " + std::to_string(count) + " in a graph of " +
                                               std::to_string(shape.sites));
    }
    std::vector<Member> members;
    std::set<PublicKey> keys;
    for (std::uint32_t i = 0; i < count; ++i) {
        HZ_ASSIGN(const BytesView frame, body.block());
        auto member = read_keys(frame, terms_digest, directory);
        if (!member) return fail(std::move(member).error());
        if (!members.empty() && member->site == members.back().site) {
            return refuse(Refusal::kDuplicate, "site " + member->site.str() + " is in the roster twice");
        }
        if (!members.empty() && member->site < members.back().site) {
            return refuse(Refusal::kMalformed, "the roster is not in order");
        }
        if (!keys.insert(member->share_key).second || !keys.insert(member->mask_key).second) {
            return refuse(Refusal::kReusedKey, "site " + member->site.str() + " brings a key already there");
        }
        members.push_back(std::move(*member));
    }
    HZ_TRY(body.end());
    return make_roster(terms_digest, shape, std::move(members));
}

}  // namespace huizhen::secagg
