#include "frame.h"

#include <huizhen/secure_aggregation/coordinator_round.h>

namespace huizhen::secagg {

namespace {

constexpr std::string_view kProtocol = "huizhen secagg ", kVersion = "1";

std::string_view kind_name(std::uint8_t kind) {
    static constexpr std::string_view kNames[] = {"keys",      "roster",     "shares",
                                                  "delivery",  "upload",     "survivors",
                                                  "agreement", "signatures", "unmasking"};
    return kind >= 1 && kind <= std::size(kNames) ? kNames[kind - 1] : "unknown";
}

Status read_head(Reader& reader, MessageKind kind, const Sha256Digest& context) {
    HZ_ASSIGN(const BytesView protocol, reader.raw(kProtocol.size()));
    if (!std::equal(protocol.begin(), protocol.end(), kProtocol.begin())) {
        return refuse(Refusal::kMalformed, "not a message of secure aggregation");
    }
    HZ_ASSIGN(const BytesView version, reader.raw(kVersion.size()));
    if (!std::equal(version.begin(), version.end(), kVersion.begin())) {
        return refuse(Refusal::kUnsupportedVersion, "this program speaks version 1");
    }
    HZ_ASSIGN(const std::uint8_t got, reader.u8());
    if (got != static_cast<std::uint8_t>(kind)) {
        return refuse(Refusal::kOutOfOrder, "expected " +
                                                std::string(kind_name(static_cast<std::uint8_t>(kind))) +
                                                ", got " + std::string(kind_name(got)));
    }
    Sha256Digest theirs{};
    HZ_TRY(reader.fixed(theirs));
    if (theirs != context) return refuse(Refusal::kWrongRound, "another model, plan, round or roster");
    return {};
}

}  // namespace

Error about(const Error& error, const SiteId& site) {
    return Error(error.code(), error.message() + " (site " + site.str() + ")");
}

Bytes signed_part(MessageKind kind, const Sha256Digest& context, const SiteId& sender, BytesView body) {
    Writer out;
    out.raw(kProtocol);
    out.raw(kVersion);
    out.u8(static_cast<std::uint8_t>(kind));
    out.raw(context);
    out.block(sender.str());
    out.block(body);
    return out.take();
}

Bytes frame_of_site(MessageKind kind, const Sha256Digest& context, const SiteId& sender, BytesView body,
                    const Signer& signer) {
    const Bytes text = signed_part(kind, context, sender, body);
    Writer out;
    out.raw(text);
    out.block(signer.sign(text));
    return out.take();
}

Bytes frame_of_coordinator(MessageKind kind, const Sha256Digest& context, BytesView body) {
    Writer out;
    out.raw(signed_part(kind, context, SiteId(), body));
    out.block(BytesView());
    return out.take();
}

Result<Frame> read_site_frame(BytesView message, MessageKind kind, const Sha256Digest& context,
                              const Directory& directory) {
    Reader reader(message);
    HZ_TRY(read_head(reader, kind, context));
    HZ_ASSIGN(const BytesView name, reader.block());
    if (name.empty() || name.size() > kMaxSiteBytes) {
        return refuse(Refusal::kMalformed, "a site name of " + std::to_string(name.size()) + " bytes");
    }
    Frame frame{SiteId(std::string(name.begin(), name.end())), {}};
    HZ_ASSIGN(frame.body, reader.block());
    HZ_ASSIGN(const BytesView signature, reader.block());
    HZ_TRY(reader.end());
    const BytesView text = message.first(message.size() - signature.size() - 4);
    HZ_TRY(directory.verify(frame.sender, text, signature));
    return frame;
}

Result<SiteId> sender_of(BytesView message) {
    Reader reader(message);
    HZ_TRY(reader.raw(kProtocol.size() + kVersion.size() + 1 + sizeof(Sha256Digest)));
    HZ_ASSIGN(const BytesView name, reader.block());
    if (name.empty() || name.size() > kMaxSiteBytes) {
        return refuse(Refusal::kMalformed, "a site name of " + std::to_string(name.size()) + " bytes");
    }
    return SiteId(std::string(name.begin(), name.end()));
}

Result<BytesView> read_coordinator_frame(BytesView message, MessageKind kind, const Sha256Digest& context) {
    Reader reader(message);
    HZ_TRY(read_head(reader, kind, context));
    HZ_ASSIGN(const BytesView name, reader.block());
    HZ_ASSIGN(const BytesView body, reader.block());
    HZ_ASSIGN(const BytesView signature, reader.block());
    HZ_TRY(reader.end());
    if (!name.empty() || !signature.empty()) {
        return refuse(Refusal::kMalformed, "a site's message where the coordinator's is expected");
    }
    return body;
}

}  // namespace huizhen::secagg
