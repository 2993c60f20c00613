#include "server_session.h"

#include <huizhen/base/logging.h>
#include <huizhen/rpc/services.h>

#include "buffers.h"

namespace huizhen::rpc {

namespace {

// A peer that reads nothing is not waited for longer.
constexpr std::chrono::seconds kLastWords{2};
// One that lives, and those it and its predecessors replaced, on their way out.
constexpr std::size_t kCallsOfSite = 8;

SteadyTime now() { return std::chrono::steady_clock::now(); }

}  // namespace

ServerSession* ServerSession::start(SessionHub& hub, grpc::CallbackServerContext& context, Peer peer,
                                    std::string certificate_pem) {
    const auto session =
        std::make_shared<ServerSession>(hub, context, std::move(peer), std::move(certificate_pem));
    session->self_ = session;
    const Status room = hub.calls.add(session, hub.limits.max_sessions, kCallsOfSite);
    const std::lock_guard lock(session->mutex_);
    if (!room) {
        session->end_locked(room.error());
    } else {
        session->StartRead(&session->incoming_);
    }
    return session.get();
}

ServerSession::ServerSession(SessionHub& hub, grpc::CallbackServerContext& context, Peer peer,
                             std::string certificate_pem)
    : LiveCall(std::move(peer), std::move(certificate_pem)),
      hub_(hub),
      site_(this->peer().name),
      id_(hub.next_id()),
      context_(&context),
      last_heard_(now()),
      last_sent_(last_heard_) {}

Status ServerSession::send(std::variant<Positions, RoundMessage, Notice> content) {
    const std::lock_guard lock(mutex_);
    return send_locked(std::move(content));
}

Status ServerSession::send_locked(std::variant<Positions, RoundMessage, Notice> content) {
    if (why_ || !order_) return refuse(Refusal::kNotConnected, site_.str());
    if (queue_.size() >= hub_.limits.max_queued_frames || queued_bytes_ >= hub_.limits.max_queued_bytes) {
        return refuse(Refusal::kBusy, "the queue to " + site_.str() + " is full");
    }
    auto bytes = write_from_coordinator(order_->frame(std::move(content)), hub_.limits);
    if (!bytes) {
        order_->take_back();
        return fail(std::move(bytes).error());
    }
    queue_locked(std::move(*bytes));
    return {};
}

void ServerSession::queue_locked(std::string bytes) {
    queued_bytes_ += bytes.size();
    queue_.push_back(to_buffer(bytes));
    last_sent_ = now();
    if (!writing_) write_next_locked();
}

void ServerSession::write_next_locked() {
    writing_ = true;
    StartWrite(&queue_.front());
}

void ServerSession::OnWriteDone(bool ok) {
    const std::lock_guard lock(mutex_);
    writing_ = false;
    queued_bytes_ -= queue_.front().Length();
    queue_.pop_front();
    if (why_) {
        if (!std::exchange(finished_, true)) Finish(to_grpc(*why_));
    } else if (ok && !queue_.empty()) {
        write_next_locked();
    }
    // Not ok: the read that is waiting learns of it too.
}

void ServerSession::end(const Error& why) {
    const std::lock_guard lock(mutex_);
    end_locked(why);
}

void ServerSession::end_locked(const Error& why) {
    if (why_) return;
    why_ = why;
    ending_since_ = now();
    if (!writing_ && !std::exchange(finished_, true)) Finish(to_grpc(why));
}

void ServerSession::OnCancel() { end(Error(ErrorCode::kUnavailable, "the connection was lost")); }

void ServerSession::sweep(SteadyTime now) {
    const std::lock_guard lock(mutex_);
    if (why_) {
        // The last write does not leave: the name of the reason is lost, the end is not.
        if (!finished_ && now - ending_since_ > kLastWords && context_ != nullptr) context_->TryCancel();
        return;
    }
    if (!order_) {
        if (now - last_heard_ > hub_.limits.hello) {
            end_locked(refuse(Refusal::kSilent, "no hello in time").value());
        }
        return;
    }
    if (now - last_heard_ > hub_.limits.silence_limit) {
        end_locked(refuse(Refusal::kSilent, "nothing heard from " + site_.str()).value());
    } else if (now - last_sent_ > hub_.limits.heartbeat_period) {
        static_cast<void>(send_locked(Positions()));
    }
}

void ServerSession::OnReadDone(bool ok) {
    if (!ok) {
        end(Error(ErrorCode::kUnavailable, "the node ended the session"));
        return;
    }
    Status done;
    {
        OneSlice slice(incoming_);
        auto message = read_from_node(slice.bytes(), hub_.limits);
        done = message ? take(std::move(*message)) : fail(std::move(message).error());
    }
    incoming_.Clear();
    if (!done) {
        hub_.log.refused("Session/Open", site_.str(), done.error());
        end(done.error());
    }
    const std::lock_guard lock(mutex_);
    if (!why_) StartRead(&incoming_);
}

Status ServerSession::take(FromNode message) {
    if (const auto* hello = std::get_if<Hello>(&message)) return welcome(*hello);
    return dispatch(std::move(std::get<Frame>(message)));
}

Status ServerSession::welcome(const Hello& hello) {
    if (hello.site != site_) {
        return refuse(Refusal::kWrongSite, "the certificate is of " + site_.str());
    }
    std::uint32_t version = 0;
    for (const auto offered : hello.protocol_versions) {
        if (offered >= kOldestProtocolVersion && offered <= kProtocolVersion) {
            version = std::max(version, offered);
        }
    }
    if (version == 0) {
        return refuse(Refusal::kUnsupportedVersion, "this coordinator speaks protocol versions " +
                                                        std::to_string(kOldestProtocolVersion) + " to " +
                                                        std::to_string(kProtocolVersion) +
                                                        "; one of the two sides needs an update");
    }
    const std::string session = hub_.random_session();
    std::shared_ptr<ServerSession> before;
    {
        const std::lock_guard lock(mutex_);
        if (why_) return {};
        if (order_) return refuse(Refusal::kOutOfOrder, "a second hello");
        order_.emplace(session, site_);
        last_heard_ = now();
        before =
            hub_.adopt(site_, shared_from_this());  // sends wait for our mutex, and come behind the welcome
        queue_locked(write_welcome(
            {{version, hub_.clock.now(), hub_.limits.heartbeat_period, hub_.limits.silence_limit}, session}));
    }
    if (before) {
        log::warning("session-replaced", {{"site", site_.str()}});
        const Error why =
            refuse(Refusal::kReplaced, "a newer session of " + site_.str() + " took over").value();
        before->end(why);
        // They were of the old connection, dead or alive, and hold what the new one will go on with.
        if (hub_.transfers != nullptr) hub_.transfers->end_those_of(site_, why);
    }
    HZ_TRY(hub_.handler.opened(id_, peer(), hello));
    opened_ = true;
    return {};
}

Status ServerSession::dispatch(Frame frame) {
    {
        const std::lock_guard lock(mutex_);
        if (why_) return {};
        if (!order_) return refuse(Refusal::kOutOfOrder, "a frame before the hello");
        HZ_TRY(order_->accept(frame));
        last_heard_ = now();
    }
    if (const auto* positions = std::get_if<Positions>(&frame.content)) {
        hub_.handler.heartbeat(id_, site_, *positions);
    } else if (auto* message = std::get_if<RoundMessage>(&frame.content)) {
        const Status taken = hub_.handler.message(id_, site_, std::move(*message));
        if (!taken) {
            hub_.log.refused("round message", site_.str(), taken.error());
            const std::string& text = taken.error().message();
            const auto colon = text.find(": ");
            static_cast<void>(
                send(Notice{colon == std::string::npos || colon > 64 ? "refused" : text.substr(0, colon),
                            text.substr(0, kMaxSentenceBytes)}));
        }
    } else {
        hub_.handler.notice(id_, site_, std::get<Notice>(frame.content));
    }
    return {};
}

void ServerSession::OnDone() {
    const auto self = std::move(self_);
    Error why(ErrorCode::kUnavailable, "the connection was lost");
    {
        const std::lock_guard lock(mutex_);
        context_ = nullptr;
        if (why_) why = *why_;
    }
    hub_.forget(site_, this);
    hub_.calls.remove(self);
    if (opened_) hub_.handler.closed(id_, site_, why);
}

}  // namespace huizhen::rpc
