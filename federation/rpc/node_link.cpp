#include <huizhen/base/check.h>
#include <huizhen/rpc/refusal.h>

#include "gate.h"
#include "grpc_process.h"
#include "link.h"

namespace huizhen::rpc {

namespace {

SteadyTime now() { return std::chrono::steady_clock::now(); }

bool trying_again_cannot_help(const Error& error) {
    return is_refusal(error, Refusal::kUnsupportedVersion) || is_refusal(error, Refusal::kWrongSite);
}

}  // namespace

NodeLink::NodeLink(NodeOptions options, const PeerCheck& peers, NodeHandler& handler, RandomSource& random)
    : impl_(std::make_unique<Impl>(std::move(options), peers, handler, random)) {
    prepare_grpc();
}

NodeLink::~NodeLink() = default;

Status NodeLink::run(const std::stop_token& stop) {
    HZ_TRY(check_identity(impl_->options.identity, true));
    Backoff backoff(impl_->options.first_retry, impl_->options.longest_retry, impl_->random);
    while (!stop.stop_requested()) {
        const Error why = impl_->hold_session(stop);
        if (stop.stop_requested()) break;
        if (trying_again_cannot_help(why)) return fail(why);
        if (impl_->welcome) backoff.reset();
        // A certificate that is refused, or another node with ours: hurrying makes it worse.
        const bool slow = why.code() == ErrorCode::kPermissionDenied || is_refusal(why, Refusal::kReplaced);
        const auto wait = slow ? backoff.longest_wait() : backoff.wait();
        impl_->handler.disconnected(why, wait);
        HZ_TRY(impl_->sleep(wait, stop));
    }
    return {};
}

Status NodeLink::Impl::sleep(std::chrono::milliseconds time, const std::stop_token& stop) {
    std::unique_lock lock(mutex);
    changed.wait_for(lock, stop, time, [this] { return identity_changed; });
    return {};
}

Error NodeLink::Impl::hold_session(const std::stop_token& stop) {
    welcome.reset();
    const auto begun = begin_session();
    if (!begun) return begun.error();
    const std::stop_callback wake(stop, [&] { (*begun)->poke(); });
    const Error why = watch_session(**begun, stop);
    const std::lock_guard lock(mutex);
    connected = false;
    call.reset();
    for (Moving* each : moving) {
        if (each->connection == current.number) each->context->TryCancel();
    }
    current.channel.reset();
    return why;
}

Result<std::shared_ptr<SessionCall>> NodeLink::Impl::begin_session() {
    Hello hello;
    for (auto version = kOldestProtocolVersion; version <= kProtocolVersion; ++version) {
        hello.protocol_versions.push_back(version);
    }
    hello.software_version = options.software_version;
    hello.site = options.site;
    hello.tasks = options.tasks;
    hello.positions = handler.positions();
    HZ_ASSIGN(const std::string bytes, write_hello(hello));
    const std::lock_guard lock(mutex);
    identity_changed = false;
    positions_changed = false;
    current.verdict = std::make_shared<Verdict>();
    current.channel = secure_channel(options.coordinator, identity, peers, options.limits, current.verdict);
    ++current.number;
    call = SessionCall::start(current.channel, options.site, bytes, options.limits);
    return call;
}

Error NodeLink::Impl::watch_session(SessionCall& session, const std::stop_token& stop) {
    SteadyTime last_heard = now();
    std::optional<Error> why;  // set: we end it
    const auto end = [&](const Error& reason) {
        if (!why) why = reason;
        session.cancel();
    };
    for (;;) {
        const auto tick = welcome ? std::min(welcome->heartbeat_period / 2, std::chrono::milliseconds(1000))
                                  : std::chrono::milliseconds(1000);
        SessionCall::Event event = session.wait(now() + tick);
        if (event.done) {
            if (why) return *why;
            if (event.broken) return *event.broken;
            return error_of(*event.done, *current.verdict);
        }
        if (stop.stop_requested()) end(Error(ErrorCode::kCancelled, "the node is ending"));
        if (event.message) {
            last_heard = now();
            if (auto* frame = std::get_if<Frame>(&*event.message)) {
                take(std::move(*frame));
            } else {
                welcomed(std::get<WelcomeMessage>(*event.message).welcome);
            }
            session.read_on();
        }
        bool report = false;
        {
            const std::lock_guard lock(mutex);
            if (identity_changed) end(Error(ErrorCode::kUnavailable, "renewed: a new certificate is used"));
            report = welcome && std::exchange(positions_changed, false);
        }
        if (!welcome) {
            if (now() - last_heard > options.connect_limit) {
                end(refuse(Refusal::kUnreachable, "no answer in time").value());
            }
            continue;
        }
        if (now() - last_heard > welcome->silence_limit) {
            end(refuse(Refusal::kSilent, "nothing heard from the coordinator").value());
        }
        if (report || now() - session.last_sent() > welcome->heartbeat_period) {
            static_cast<void>(session.send(handler.positions()));
        }
        end_stuck_transfers();
    }
}

void NodeLink::Impl::welcomed(const Welcome& given) {
    welcome = given;
    {
        const std::lock_guard lock(mutex);
        connected = true;
        changed.notify_all();
    }
    handler.connected(given);
}

void NodeLink::Impl::take(Frame frame) {
    if (auto* message = std::get_if<RoundMessage>(&frame.content)) {
        handler.message(std::move(*message));
    } else if (const auto* positions = std::get_if<Positions>(&frame.content)) {
        handler.heartbeat(*positions);
    } else {
        handler.notice(std::get<Notice>(frame.content));
    }
}

void NodeLink::Impl::end_stuck_transfers() {
    const std::lock_guard lock(mutex);
    for (Moving* each : moving) {
        if (now() - each->last_byte > each->patience) each->context->TryCancel();
    }
}

Status NodeLink::send(RoundMessage message) {
    std::shared_ptr<SessionCall> call;
    {
        const std::lock_guard lock(impl_->mutex);
        call = impl_->call;
    }
    if (!call) return refuse(Refusal::kNotConnected, "no session with the coordinator");
    return call->send(std::move(message));
}

void NodeLink::positions_changed() {
    const std::lock_guard lock(impl_->mutex);
    impl_->positions_changed = true;
    if (impl_->call) impl_->call->poke();
}

Status NodeLink::reload(TlsIdentity identity) {
    HZ_TRY(check_identity(identity, true));
    const std::lock_guard lock(impl_->mutex);
    impl_->identity = std::move(identity);
    impl_->identity_changed = true;
    impl_->changed.notify_all();
    if (impl_->call) impl_->call->poke();
    return {};
}

bool NodeLink::connected() const {
    const std::lock_guard lock(impl_->mutex);
    return impl_->connected;
}

}  // namespace huizhen::rpc
