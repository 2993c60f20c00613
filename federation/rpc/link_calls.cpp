// Objects and single calls beside the session, on the threads of whoever asks.

#include <huizhen/rpc/refusal.h>
#include <huizhen/rpc/services.h>

#include "enrolment_messages.h"
#include "federation/v1/enrolment.grpc.pb.h"
#include "gate.h"
#include "link.h"
#include "transfer.h"

namespace huizhen::rpc {

namespace {

namespace v1 = federation::v1;

constexpr std::chrono::seconds kCallLimit{60};
constexpr std::size_t kMaxCertificates = 100'000;

SteadyTime now() { return std::chrono::steady_clock::now(); }

bool worth_another_attempt(const Error& error) {
    return error.code() == ErrorCode::kUnavailable || error.code() == ErrorCode::kCancelled ||
           is_refusal(error, Refusal::kBusy) || is_refusal(error, Refusal::kWrongOffset);
}

void limit(grpc::ClientContext& context) {
    context.set_deadline(std::chrono::system_clock::now() + kCallLimit);
}

Result<v1::EnrolReply> checked(const grpc::Status& status, const Verdict& verdict, v1::EnrolReply reply) {
    if (!status.ok()) return fail(error_of(status, verdict));
    return reply;
}

}  // namespace

Result<NodeLink::Impl::Connection> NodeLink::Impl::connection(const std::stop_token& stop, SteadyTime until) {
    std::unique_lock lock(mutex);
    if (!changed.wait_until(lock, stop, until, [this] { return connected; })) {
        if (stop.stop_requested()) return fail(ErrorCode::kCancelled, "cancelled");
        return refuse(Refusal::kNotConnected, "no session with the coordinator");
    }
    return current;
}

template <typename Once>
Status NodeLink::Impl::transfer(const Progress& progress, const std::stop_token& stop,
                                std::chrono::milliseconds patience, Once once) {
    Backoff backoff(options.first_retry, options.longest_retry, random);
    SteadyTime last_byte = now();
    for (;;) {
        HZ_ASSIGN(const Connection on, connection(stop, last_byte + patience));
        Attempt attempt;
        Moving entry{&attempt.context, last_byte, patience, on.number};
        attempt.channel = on.channel;
        attempt.moved = [&](std::uint64_t done, std::uint64_t total) {
            backoff.reset();
            {
                const std::lock_guard lock(mutex);
                entry.last_byte = now();
            }
            if (progress) progress(done, total);
        };
        {
            const std::lock_guard lock(mutex);
            moving.insert(&entry);
        }
        Result<grpc::Status> ended = [&] {
            const std::stop_callback cancel(stop, [&] { attempt.context.TryCancel(); });
            return once(attempt);
        }();
        {
            const std::lock_guard lock(mutex);
            moving.erase(&entry);
            last_byte = entry.last_byte;
        }
        if (ended && ended->ok()) return {};
        if (stop.stop_requested()) return fail(ErrorCode::kCancelled, "cancelled");
        const Error why = ended ? error_of(*ended, *on.verdict) : ended.error();
        if (!worth_another_attempt(why) || now() - last_byte > patience) return fail(why);
        std::unique_lock lock(mutex);
        changed.wait_for(lock, stop, backoff.wait(), [] { return false; });
    }
}

Status NodeLink::fetch(const Sha256Digest& digest, ObjectStore& into, const Progress& progress,
                       const std::stop_token& stop, std::chrono::milliseconds patience) {
    if (into.contains(digest)) return {};
    return impl_->transfer(progress, stop, patience,
                           [&](Attempt& attempt) { return fetch_once(attempt, digest, into); });
}

Status NodeLink::put(const Sha256Digest& digest, ObjectSource& from, const Progress& progress,
                     const std::stop_token& stop, std::chrono::milliseconds patience) {
    return impl_->transfer(progress, stop, patience,
                           [&](Attempt& attempt) { return put_once(attempt, digest, from); });
}

Result<EnrolReply> NodeLink::renew(std::string_view request_pem, std::string_view proof) {
    HZ_ASSIGN(const auto on, impl_->connection({}, now() + kCallLimit));
    grpc::ClientContext context;
    limit(context);
    v1::RenewRequest request;
    request.set_certificate_request_pem(std::string(request_pem));
    request.set_proof(std::string(proof));
    v1::EnrolReply reply;
    const auto status = v1::Enrolment::NewStub(on.channel)->Renew(&context, request, &reply);
    HZ_ASSIGN(const auto answer, checked(status, *on.verdict, std::move(reply)));
    return read(answer);
}

Result<RosterPage> NodeLink::roster(std::uint64_t skip) {
    HZ_ASSIGN(const auto on, impl_->connection({}, now() + kCallLimit));
    const auto stub = v1::Enrolment::NewStub(on.channel);
    RosterPage all;
    v1::RosterReply reply;
    do {
        grpc::ClientContext context;
        limit(context);
        v1::RosterRequest request;
        request.set_skip(skip + all.certificates.size());
        reply.Clear();
        const auto status = stub->Roster(&context, request, &reply);
        if (!status.ok()) return fail(error_of(status, *on.verdict));
        for (const auto& each : reply.certificates()) all.certificates.push_back(read(each));
        all.count = reply.count();
        all.head = reply.head();
        if (all.certificates.size() > kMaxCertificates) return refuse(Refusal::kTooLarge, "the roster");
    } while (reply.more() && reply.certificates_size() > 0);
    return all;
}

Result<LineagePage> NodeLink::lineage(std::string_view task, std::uint64_t skip) {
    HZ_ASSIGN(const auto on, impl_->connection({}, now() + kCallLimit));
    grpc::ClientContext context;
    limit(context);
    v1::LineageRequest request;
    request.set_task(std::string(task));
    request.set_skip(skip);
    v1::LineageReply reply;
    const auto status = v1::Enrolment::NewStub(on.channel)->Lineage(&context, request, &reply);
    if (!status.ok()) return fail(error_of(status, *on.verdict));
    return LineagePage{{reply.records().begin(), reply.records().end()}, reply.public_key()};
}

Result<std::string> NodeLink::revocation_list_pem() {
    HZ_ASSIGN(const auto on, impl_->connection({}, now() + kCallLimit));
    grpc::ClientContext context;
    limit(context);
    v1::RevocationsReply reply;
    const auto status = v1::Enrolment::NewStub(on.channel)->Revocations(&context, {}, &reply);
    if (!status.ok()) return fail(error_of(status, *on.verdict));
    return reply.revocation_list_pem();
}

Result<std::string> unverified_root_pem(const Endpoint& coordinator) {
    const auto channel = unverified_channel(coordinator, Limits());
    grpc::ClientContext context;
    limit(context);
    v1::RootReply reply;
    const auto status = v1::Enrolment::NewStub(channel)->Root(&context, v1::RootRequest(), &reply);
    if (!status.ok()) return fail(from_grpc(status));
    return reply.root_pem();
}

Status leave_federation(const Endpoint& coordinator, const TlsIdentity& identity, const PeerCheck& peers,
                        std::string_view reason, std::chrono::milliseconds limit) {
    HZ_TRY(check_identity(identity, true));
    const auto verdict = std::make_shared<Verdict>();
    const auto channel = secure_channel(coordinator, identity, peers, Limits(), verdict);
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + limit);
    v1::LeaveRequest request;
    request.set_reason(std::string(reason));
    v1::LeaveReply reply;
    const auto status = v1::Enrolment::NewStub(channel)->Leave(&context, request, &reply);
    if (!status.ok()) return fail(error_of(status, *verdict));
    return {};
}

Result<EnrolReply> Enroller::enrol(const SiteId& site, std::string_view invitation,
                                   std::string_view request_pem) const {
    const auto verdict = std::make_shared<Verdict>();
    const auto channel = secure_channel(coordinator, {trust_pem, "", ""}, *peers, Limits(), verdict);
    grpc::ClientContext context;
    limit(context);
    v1::EnrolRequest request;
    request.set_site(site.str());
    request.set_invitation(std::string(invitation));
    request.set_certificate_request_pem(std::string(request_pem));
    v1::EnrolReply reply;
    const auto status = v1::Enrolment::NewStub(channel)->Enrol(&context, request, &reply);
    HZ_ASSIGN(const auto answer, checked(status, *verdict, std::move(reply)));
    return read(answer);
}

Result<EnrolReply> Enroller::poll(std::string_view ticket) const {
    const auto verdict = std::make_shared<Verdict>();
    const auto channel = secure_channel(coordinator, {trust_pem, "", ""}, *peers, Limits(), verdict);
    grpc::ClientContext context;
    limit(context);
    v1::PollRequest request;
    request.set_ticket(std::string(ticket));
    v1::EnrolReply reply;
    const auto status = v1::Enrolment::NewStub(channel)->Poll(&context, request, &reply);
    HZ_ASSIGN(const auto answer, checked(status, *verdict, std::move(reply)));
    return read(answer);
}

}  // namespace huizhen::rpc
