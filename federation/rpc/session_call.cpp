#include "session_call.h"

#include "buffers.h"

namespace huizhen::rpc {

namespace {

constexpr const char* kMethod = "/huizhen.federation.v1.Session/Open";

}  // namespace

std::shared_ptr<SessionCall> SessionCall::start(const std::shared_ptr<grpc::Channel>& channel,
                                                const SiteId& site, const std::string& hello,
                                                const Limits& limits) {
    auto call = std::make_shared<SessionCall>(site, limits);
    call->self_ = call;
    grpc::GenericStub(channel).PrepareBidiStreamingCall(&call->context_, kMethod, {}, call.get());
    call->AddHold();  // until close_locked(): other threads start writes
    const std::lock_guard lock(call->mutex_);
    call->queue_locked(hello);
    call->StartRead(&call->incoming_);
    call->StartCall();
    return call;
}

SessionCall::Event SessionCall::wait(SteadyTime until) {
    std::unique_lock lock(mutex_);
    happened_.wait_until(lock, until, [this] { return message_ || done_ || poked_; });
    poked_ = false;
    Event event;
    if (message_) {
        event.message = std::exchange(message_, std::nullopt);
    } else if (done_) {
        event.done = done_;
        event.broken = broken_;
    }
    return event;
}

void SessionCall::read_on() {
    const std::lock_guard lock(mutex_);
    if (!closed_) StartRead(&incoming_);
}

Status SessionCall::send(std::variant<Positions, RoundMessage, Notice> content) {
    const std::lock_guard lock(mutex_);
    if (closed_ || !order_) return refuse(Refusal::kNotConnected, "no session with the coordinator");
    if (queue_.size() >= limits_.max_queued_frames || queued_bytes_ >= limits_.max_queued_bytes) {
        return refuse(Refusal::kBusy, "the queue to the coordinator is full");
    }
    auto bytes = write_from_node(order_->frame(std::move(content)), limits_);
    if (!bytes) {
        order_->take_back();
        return fail(std::move(bytes).error());
    }
    queue_locked(*bytes);
    return {};
}

void SessionCall::queue_locked(const std::string& bytes) {
    queued_bytes_ += bytes.size();
    queue_.push_back(to_buffer(bytes));
    last_sent_ = std::chrono::steady_clock::now();
    if (!std::exchange(writing_, true)) StartWrite(&queue_.front());
}

void SessionCall::poke() {
    const std::lock_guard lock(mutex_);
    poked_ = true;
    happened_.notify_all();
}

SteadyTime SessionCall::last_sent() const {
    const std::lock_guard lock(mutex_);
    return last_sent_;
}

void SessionCall::OnReadDone(bool ok) {
    auto message = ok ? take() : refuse(Refusal::kNotConnected, "the stream ended");
    const std::lock_guard lock(mutex_);
    if (message) {
        message_ = std::move(*message);
        happened_.notify_all();
        return;
    }
    if (ok) {
        broken_ = message.error();
        context_.TryCancel();
    }
    close_locked();
}

Result<FromCoordinator> SessionCall::take() {
    OneSlice slice(incoming_);
    HZ_ASSIGN(FromCoordinator message, read_from_coordinator(slice.bytes(), limits_));
    const std::lock_guard lock(mutex_);
    if (const auto* welcome = std::get_if<WelcomeMessage>(&message)) {
        if (order_) return refuse(Refusal::kOutOfOrder, "a second welcome");
        order_.emplace(welcome->session, site_);
    } else {
        if (!order_) return refuse(Refusal::kOutOfOrder, "a frame before the welcome");
        HZ_TRY(order_->accept(std::get<Frame>(message)));
    }
    return message;
}

void SessionCall::close_locked() {
    if (!std::exchange(closed_, true)) RemoveHold();
}

void SessionCall::OnWriteDone(bool ok) {
    const std::lock_guard lock(mutex_);
    queued_bytes_ -= queue_.front().Length();
    queue_.pop_front();
    writing_ = ok && !closed_ && !queue_.empty();
    if (writing_) StartWrite(&queue_.front());
}

void SessionCall::OnDone(const grpc::Status& status) {
    const auto self = std::move(self_);
    const std::lock_guard lock(mutex_);
    done_ = status;
    happened_.notify_all();
}

}  // namespace huizhen::rpc
