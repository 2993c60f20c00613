#include "enrolment.h"

#include <huizhen/base/logging.h>

#include "models/decisions.h"
#include "service/coordinator.h"

namespace huizhen::coordinator {
namespace {

constexpr std::size_t kSecretBytes = 16;

identity::BytesView bytes_of(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

// A ticket is the whole question again: the coordinator keeps nothing for whoever is not yet a member.
struct Ticket {
    std::string name, secret, request;
};

std::string write_ticket(const Ticket& ticket) {
    return static_cast<char>(ticket.name.size()) + ticket.name + ticket.secret + ticket.request;
}

Result<Ticket> read_ticket(std::string_view text) {
    const std::size_t name = text.empty() ? 0 : static_cast<unsigned char>(text.front());
    if (text.size() < 1 + name + kSecretBytes + 1)
        return fail(ErrorCode::kMalformedInput, "ticket-malformed: this is no ticket of an enrolment");
    return Ticket{std::string(text.substr(1, name)), std::string(text.substr(1 + name, kSecretBytes)),
                  std::string(text.substr(1 + name + kSecretBytes))};
}

rpc::EnrolReply reply_of(const Admission& admission, const std::string& ticket, const Context& context) {
    rpc::EnrolReply reply;
    switch (admission.state) {
        case MemberState::kEnrolled:
            reply.state = rpc::EnrolReply::State::kIssued;
            reply.certificate_chain_pem = admission.chain_pem;
            reply.trust_pem = context.keys.authority().root().pem();
            break;
        case MemberState::kWaiting:
            reply.state = rpc::EnrolReply::State::kWaiting;
            reply.ticket = ticket;
            break;
        default:
            reply.state = rpc::EnrolReply::State::kRejected;
            reply.reason = admission.why;
            break;
    }
    return reply;
}

// A site's node and a person's console enrol alike; the request says which it is, and the invitation must
// agree.
Result<Admission> admit(Context& context, const Ticket& ticket) {
    if (ticket.secret.size() != kSecretBytes)
        return fail(ErrorCode::kMalformedInput, "invitation-unknown: the secret has another length");
    const identity::InvitationSecret secret(
        std::span<const std::uint8_t, kSecretBytes>(bytes_of(ticket.secret).data(), kSecretBytes));
    HZ_ASSIGN(const auto request, identity::read_request(bytes_of(ticket.request)));
    HZ_ASSIGN(const auto before, context.members.find(request.role, ticket.name));
    HZ_ASSIGN(Admission admission, context.members.request(request.role, ticket.name, secret,
                                                           bytes_of(ticket.request), context.now()));
    if (before && before->state == MemberState::kInvited)
        HZ_TRY(context.record({std::string(identity::role_name(request.role)) + ":" + ticket.name,
                               "ask-to-enrol",
                               "network",
                               "",
                               {}}));
    return admission;
}

}  // namespace

Result<rpc::EnrolReply> Enrolment::ask(const std::string& name, const std::string& secret,
                                       const std::string& request) {
    auto answer = coordinator_.ask<rpc::EnrolReply>([=](Context& context) -> Result<rpc::EnrolReply> {
        const Ticket ticket{name, secret, request};
        HZ_ASSIGN(const Admission admission, admit(context, ticket));
        return reply_of(admission, write_ticket(ticket), context);
    });
    if (!answer) log::warning("enrolment-refused", {{"name", name}, {"why", answer.error().message()}});
    return answer;
}

Result<rpc::EnrolReply> Enrolment::enrol(const rpc::SiteId& site, std::string_view invitation,
                                         std::string_view request_pem) {
    return ask(site.str(), std::string(invitation), std::string(request_pem));
}

Result<rpc::EnrolReply> Enrolment::poll(std::string_view text) {
    HZ_ASSIGN(const Ticket ticket, read_ticket(text));
    return ask(ticket.name, ticket.secret, ticket.request);
}

Result<std::string> Enrolment::root_pem() {
    return coordinator_.ask<std::string>(
        [](Context& context) -> Result<std::string> { return context.keys.authority().root().pem(); });
}

Result<rpc::EnrolReply> Enrolment::renew(const rpc::Peer& site, std::string_view request_pem,
                                         std::string_view proof) {
    return coordinator_.ask<rpc::EnrolReply>(
        [site, request = std::string(request_pem),
         proof = std::string(proof)](Context& context) -> Result<rpc::EnrolReply> {
            HZ_ASSIGN(const auto chain, context.members.chain_of(site.fingerprint));
            HZ_ASSIGN(const auto certificates, identity::read_chain(chain));
            HZ_ASSIGN(const PeerIdentity peer, identity::read_identity(certificates.front()));
            HZ_ASSIGN(const std::string renewed,
                      context.members.renew(peer, bytes_of(request), bytes_of(proof), context.now()));
            // Asked for again, as when the answer was lost: nothing was issued.
            HZ_ASSIGN(const auto chain_now, identity::read_chain(renewed));
            if (!context.roster.now()->fingerprints.contains(to_hex(chain_now.front().fingerprint()))) {
                context.certificates_changed();
                HZ_TRY(context.record({"site:" + site.name, "renew-certificate", "network", "", {}}));
            }
            return reply_of({MemberState::kEnrolled, renewed, {}}, "", context);
        });
}

Status Enrolment::leave(const rpc::Peer& site, std::string_view reason) {
    const auto left =
        coordinator_.ask<bool>([this, site, reason = std::string(reason)](Context& context) -> Result<bool> {
            HZ_TRY(context.members.leave(site.name, reason, context.now()));
            HZ_TRY(context.record({"site:" + site.name, "leave", "network", reason, {}}));
            HZ_TRY(coordinator_.apply_revocation(Role::kSite, site.name));
            return true;
        });
    if (!left) return huizhen::fail(left.error());
    log::info("site-left", {{"site", site.name}, {"why", std::string(reason)}});
    return {};
}

Result<rpc::RosterPage> Enrolment::roster(std::uint64_t skip, std::size_t max) {
    return coordinator_.roster().page(skip, max);
}

Result<rpc::LineagePage> Enrolment::lineage(std::string_view task, std::uint64_t skip,
                                            std::size_t max_bytes) {
    return coordinator_.ask<rpc::LineagePage>(
        [task = std::string(task), skip, max_bytes](Context& context) -> Result<rpc::LineagePage> {
            HZ_ASSIGN(const auto records, context.models.lineage(task));
            rpc::LineagePage page;
            std::size_t bytes = 0;
            for (std::size_t i = skip; i < records.size(); ++i) {
                bytes += records[i].size();
                if (bytes > max_bytes && !page.records.empty()) break;
                page.records.emplace_back(records[i].begin(), records[i].end());
            }
            const secagg::PublicKey key = lineage_public_key(context);
            page.public_key.assign(key.begin(), key.end());
            return page;
        });
}

Result<std::string> Enrolment::revocation_list_pem() {
    return coordinator_.ask<std::string>([](Context& context) -> Result<std::string> {
        HZ_ASSIGN(const auto revocations, context.members.revocations());
        const auto entries = revocations.entries();
        return context.keys.authority().revocation_list_pem(
                   entries, {context.now(), context.now() + std::chrono::hours(24), entries.size() + 1}) +
               context.keys.revoked_issuers_pem();
    });
}

}  // namespace huizhen::coordinator
