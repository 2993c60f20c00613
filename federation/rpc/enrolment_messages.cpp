#include "enrolment_messages.h"

#include <huizhen/base/text.h>
#include <huizhen/rpc/refusal.h>

#include "unix_time.h"

namespace huizhen::rpc {

namespace v1 = federation::v1;

void write(const EnrolReply& reply, v1::EnrolReply* message) {
    switch (reply.state) {
        case EnrolReply::State::kWaiting: message->set_state(v1::EnrolReply::STATE_WAITING); break;
        case EnrolReply::State::kIssued: message->set_state(v1::EnrolReply::STATE_ISSUED); break;
        case EnrolReply::State::kRejected: message->set_state(v1::EnrolReply::STATE_REJECTED); break;
    }
    message->set_ticket(reply.ticket);
    message->set_certificate_chain_pem(reply.certificate_chain_pem);
    message->set_trust_pem(reply.trust_pem);
    message->set_reason(reply.reason);
}

Result<EnrolReply> read(const v1::EnrolReply& message) {
    EnrolReply reply;
    switch (message.state()) {
        case v1::EnrolReply::STATE_WAITING: reply.state = EnrolReply::State::kWaiting; break;
        case v1::EnrolReply::STATE_ISSUED: reply.state = EnrolReply::State::kIssued; break;
        case v1::EnrolReply::STATE_REJECTED: reply.state = EnrolReply::State::kRejected; break;
        default: return refuse(Refusal::kMalformed, "an enrolment in a state unknown here");
    }
    reply.ticket = message.ticket();
    reply.certificate_chain_pem = message.certificate_chain_pem();
    reply.trust_pem = message.trust_pem();
    reply.reason = without_controls(message.reason(), " ", "");
    return reply;
}

void write(const IssuedCertificate& certificate, v1::IssuedCertificate* message) {
    message->set_site(certificate.site.str());
    message->set_certificate_pem(certificate.certificate_pem);
    message->set_issued_unix_ms(to_unix_ms(certificate.issued));
    message->set_revoked_unix_ms(to_unix_ms(certificate.revoked));
}

IssuedCertificate read(const v1::IssuedCertificate& message) {
    return {SiteId(message.site()), message.certificate_pem(), from_unix_ms(message.issued_unix_ms()),
            from_unix_ms(message.revoked_unix_ms())};
}

}  // namespace huizhen::rpc
