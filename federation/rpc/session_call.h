#pragma once

// The node's end of one session, from the hello to its end. gRPC's reactions on one side; on the other one
// thread that waits for what happens, and any thread that sends.

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/support/client_callback.h>

#include "frame_order.h"
#include "live_calls.h"

namespace huizhen::rpc {

class SessionCall final : public grpc::ClientBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer> {
  public:
    // Keeps itself alive until the call is over.
    static std::shared_ptr<SessionCall> start(const std::shared_ptr<grpc::Channel>& channel,
                                              const SiteId& site, const std::string& hello,
                                              const Limits& limits);

    SessionCall(const SiteId& site, const Limits& limits) : site_(site), limits_(limits) {}

    struct Event {
        std::optional<FromCoordinator> message;  // read_on() asks for the next
        std::optional<grpc::Status> done;
        std::optional<Error> broken;  // with done: what we found wrong with the other side
    };
    // Returns at `until`, after poke(), or with an event. One thread.
    Event wait(SteadyTime until);
    void read_on();

    // Any thread. "not-connected" before the welcome and after the end; "busy".
    Status send(std::variant<Positions, RoundMessage, Notice> content);
    void poke();
    void cancel() { context_.TryCancel(); }
    SteadyTime last_sent() const;

    void OnReadDone(bool ok) override;
    void OnWriteDone(bool ok) override;
    void OnDone(const grpc::Status& status) override;

  private:
    Result<FromCoordinator> take();
    void queue_locked(const std::string& bytes);
    void close_locked();

    const SiteId site_;
    const Limits limits_;
    grpc::ClientContext context_;
    grpc::ByteBuffer incoming_;
    std::shared_ptr<SessionCall> self_;

    mutable std::mutex mutex_;  // guards what follows
    std::condition_variable happened_;
    std::optional<FrameOrder> order_;  // absent until the welcome
    std::deque<grpc::ByteBuffer> queue_;
    std::size_t queued_bytes_ = 0;
    bool writing_ = false;
    bool closed_ = false;  // nothing is started any more
    bool poked_ = false;
    std::optional<FromCoordinator> message_;
    std::optional<Error> broken_;
    std::optional<grpc::Status> done_;
    SteadyTime last_sent_{};
};

}  // namespace huizhen::rpc
