#include "transfer_call.h"

#include <huizhen/rpc/refusal.h>
#include <huizhen/rpc/services.h>

namespace huizhen::rpc {

TransferCall::TransferCall(ObjectHub& hub, grpc::CallbackServerContext& context, Peer peer,
                           std::string certificate_pem)
    : LiveCall(std::move(peer), std::move(certificate_pem)),
      hub_(hub),
      site_(this->peer().name),
      context_(&context) {}

TransferCall* TransferCall::start() {
    self_ = shared_from_this();
    const Status room = hub_.calls.add(self_, hub_.limits.max_transfers, hub_.limits.max_transfers_per_site);
    if (!room) {
        end(room.error());
    } else {
        read_on();
    }
    return this;
}

bool TransferCall::submit(std::function<void()> work) {
    hub_.tasks.enter();
    const Status queued =
        hub_.disk.submit([&tasks = hub_.tasks, self = shared_from_this(), work = std::move(work)]() mutable {
            work();
            work = nullptr;
            self.reset();  // before the server may go away
            tasks.leave();
        });
    if (!queued) hub_.tasks.leave();
    return queued.has_value();
}

void TransferCall::on_disk(std::function<Status()> task) {
    const bool queued = submit([this, task = std::move(task)] {
        Status done;
        try {
            done = task();
        } catch (const std::exception& e) {
            done = fail(ErrorCode::kInternal, e.what());
        }
        if (!done) {
            hub_.log.refused("object", site_.str(), done.error());
            end(done.error());
        }
    });
    if (!queued) end(refuse(Refusal::kBusy, "the coordinator's disk has too much to do").value());
}

void TransferCall::read_on() {
    const std::lock_guard lock(mutex_);
    if (!ending_) StartRead(&incoming_);
}

void TransferCall::write_locked(const grpc::ByteBuffer& message) {
    if (std::exchange(writing_, true)) {
        waiting_ = message;
        return;
    }
    outgoing_ = message;
    StartWrite(&outgoing_);
}

void TransferCall::written_locked() {
    writing_ = false;
    outgoing_.Clear();
    const bool failed = ending_ && why_.has_value();
    if (waiting_ && !failed) {
        const grpc::ByteBuffer next = *std::exchange(waiting_, std::nullopt);
        write_locked(next);
    } else if (ending_ && !std::exchange(finished_, true)) {
        Finish(why_ ? to_grpc(*why_) : grpc::Status::OK);
    }
}

void TransferCall::finish_locked(const std::optional<Error>& why) {
    if (ending_) return;
    ending_ = true;
    ending_since_ = std::chrono::steady_clock::now();
    why_ = why;
    if (writing_ || std::exchange(finished_, true)) return;
    Finish(why_ ? to_grpc(*why_) : grpc::Status::OK);
}

void TransferCall::end(const Error& why) {
    const std::lock_guard lock(mutex_);
    finish_locked(why);
}

void TransferCall::sweep(SteadyTime now) {
    const std::lock_guard lock(mutex_);
    const bool stuck = ending_ && !finished_ && now - ending_since_ > std::chrono::seconds(2);
    if (stuck && context_ != nullptr) context_->TryCancel();
}

void TransferCall::OnDone() {
    {
        const std::lock_guard lock(mutex_);
        context_ = nullptr;
    }
    hub_.calls.remove(self_);
    const auto last = std::move(self_);
}

}  // namespace huizhen::rpc
