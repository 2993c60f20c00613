#include "enrolling.h"

#include <huizhen/audit/log.h>
#include <huizhen/identity/certificate_request.h>
#include <huizhen/identity/key_code.h>
#include <huizhen/identity/peer_verifier.h>
#include <huizhen/rpc/refusal.h>

namespace huizhen::site {
namespace {

using identity::Certificate;
using identity::PrivateKey;
using rpc::EnrolReply;

// No connection, or too many who ask at once: it may go in a while.
bool passes(const Error& error) {
    return error.code() == ErrorCode::kUnavailable || rpc::is_refusal(error, rpc::Refusal::kBusy);
}

class Enrolling {
  public:
    static Result<Enrolling> open(const EnrolParts& parts) {
        HZ_ASSIGN(KeyFolder keys, KeyFolder::open(parts.state));
        HZ_ASSIGN(auto connection,
                  database::Connection::open(parts.state / kDatabaseName, database::Access::kWrite));
        HZ_TRY(migrate_state(*connection, *parts.clock));
        HZ_ASSIGN(const auto seed, keys.audit_seed(*parts.random));
        HZ_ASSIGN(auto audit, audit::Log::open(*connection, seed, *parts.clock, *parts.random));
        return Enrolling(parts, std::move(keys), std::move(connection), std::move(audit));
    }

    Result<Enrolled> run() {
        HZ_ASSIGN(auto before, store_.enrolment());
        const bool goes_on = before && before->state == Membership::kWaiting;
        if (before && before->state == Membership::kEnrolled) {
            return fail(ErrorCode::kInvalidArgument, "already-enrolled: this is " + before->site +
                                                         " of the federation at " + before->coordinator);
        }
        if (!goes_on) return begin();
        enrolment_ = std::move(*before);
        if (parts_.proxy) enrolment_.proxy = parts_.proxy;
        HZ_ASSIGN(const PrivateKey key, keys_.request_key(*parts_.random));
        HZ_ASSIGN(const Certificate root, keys_.root());
        show(key);
        return wait(key, root);
    }

  private:
    void show(const PrivateKey& key) {
        parts_.dialogue.show(enrolment_.coordinator, enrolment_.site,
                             identity::comparison_code(key.public_key()));
    }

    Enrolling(const EnrolParts& parts, KeyFolder keys, std::unique_ptr<database::Connection> connection,
              audit::Log audit)
        : parts_(parts),
          keys_(std::move(keys)),
          connection_(std::move(connection)),
          audit_(std::move(audit)) {}

    Result<Enrolled> begin() {
        HZ_ASSIGN(const auto text, parts_.dialogue.invitation());
        HZ_ASSIGN(const identity::Invitation invitation,
                  identity::read_invitation(text.reveal_secret("the invitation is read")));
        if (invitation.role != identity::Role::kSite) {
            return fail(
                ErrorCode::kInvalidArgument,
                "invitation-other-site: this invitation is for a person's console, not for a hospital");
        }
        enrolment_.site = invitation.name;
        enrolment_.coordinator = invitation.coordinator;
        enrolment_.root = invitation.root;
        enrolment_.proxy = parts_.proxy;
        HZ_TRY(keep(Membership::kAsking, "", "ask-to-enrol"));
        // On the disk before anything is sent.
        HZ_ASSIGN(const PrivateKey key, keys_.request_key(*parts_.random));
        show(key);
        calls_ = parts_.call(enrolment_.coordinator, enrolment_.proxy);
        HZ_ASSIGN(const std::string root_pem, in_turn([&] { return calls_->root_pem(); }));
        HZ_ASSIGN(const Certificate root, Certificate::read(root_pem));
        HZ_TRY(identity::check_root(root, enrolment_.root));
        HZ_TRY(keys_.write_root(root));
        HZ_ASSIGN(const auto request, identity::make_request(key, identity::Role::kSite, enrolment_.site));
        const auto secret = invitation.secret.bytes();
        const std::string_view word(reinterpret_cast<const char*>(secret.data()), secret.size());
        HZ_ASSIGN(const EnrolReply reply, in_turn([&] {
                      return calls_->enrol(root, enrolment_.site, word, identity::request_pem(request));
                  }));
        return take(reply, key, root);
    }

    // The coordinator bounds how many strangers it hears a minute: asked again until it is this site's turn.
    template <typename Call>
    auto in_turn(Call call) -> decltype(call()) {
        for (;;) {
            auto reply = call();
            if (reply || !rpc::is_refusal(reply.error(), rpc::Refusal::kBusy)) return reply;
            HZ_TRY(parts_.dialogue.wait());
        }
    }

    Result<Enrolled> take(const EnrolReply& reply, const PrivateKey& key, const Certificate& root) {
        switch (reply.state) {
            case EnrolReply::State::kIssued: return install(reply, key, root);
            case EnrolReply::State::kRejected:
                HZ_TRY(keep(Membership::kRefused, reply.reason, "enrolment-refused"));
                return fail(ErrorCode::kPermissionDenied,
                            "refused: the coordinator says no: " + reply.reason);
            case EnrolReply::State::kWaiting: break;
        }
        enrolment_.ticket.assign(reply.ticket.begin(), reply.ticket.end());
        HZ_TRY(keep(Membership::kWaiting, "", "wait-for-approval"));
        return wait(key, root);
    }

    Result<Enrolled> wait(const PrivateKey& key, const Certificate& root) {
        if (!calls_) calls_ = parts_.call(enrolment_.coordinator, enrolment_.proxy);
        const std::string ticket(enrolment_.ticket.begin(), enrolment_.ticket.end());
        for (;;) {
            const auto reply = calls_->poll(root, ticket);
            if (!reply && !passes(reply.error())) return fail(reply.error());
            if (reply && reply->state != EnrolReply::State::kWaiting) return take(*reply, key, root);
            HZ_TRY(parts_.dialogue.wait());
        }
    }

    Result<Enrolled> install(const EnrolReply& reply, const PrivateKey& key, const Certificate& root) {
        HZ_ASSIGN(const auto verifier, identity::PeerVerifier::create(root));
        HZ_ASSIGN(const auto who, verifier.verify(reply.certificate_chain_pem, identity::Role::kSite,
                                                  parts_.clock->now(), {}));
        if (who.name != enrolment_.site) {
            return fail(ErrorCode::kIntegrity, "other-name: the certificate that came is for " + who.name +
                                                   ", not for " + enrolment_.site);
        }
        HZ_TRY(keys_.install(key, reply.certificate_chain_pem));
        enrolment_.ticket.clear();
        HZ_TRY(keep(Membership::kEnrolled, "", "enrol"));
        return Enrolled{enrolment_.site, enrolment_.coordinator};
    }

    Status keep(Membership state, std::string why, std::string_view what) {
        enrolment_.state = state;
        enrolment_.why = std::move(why);
        enrolment_.changed_at = wall_now(*parts_.clock);
        HZ_ASSIGN(auto transaction, connection_->begin());
        HZ_TRY(store_.set(enrolment_));
        HZ_TRY(audit_.append(transaction, {"huizhen-node",
                                           std::string(what),
                                           "local",
                                           enrolment_.site + " at " + enrolment_.coordinator,
                                           {}}));
        return transaction.commit();
    }

    const EnrolParts& parts_;
    KeyFolder keys_;
    std::unique_ptr<database::Connection> connection_;
    audit::Log audit_;
    MembershipStore store_{*connection_};
    Enrolment enrolment_;
    std::unique_ptr<EnrolmentCalls> calls_;
};

}  // namespace

Result<Enrolled> enrol(const EnrolParts& parts) {
    HZ_ASSIGN(Enrolling enrolling, Enrolling::open(parts));
    return enrolling.run();
}

}  // namespace huizhen::site
