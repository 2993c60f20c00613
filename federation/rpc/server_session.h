#pragma once

// One session at the coordinator: gRPC's reactions on one side, send() and end() from any thread on the
// other.

#include <deque>
#include <optional>

#include <grpcpp/server_context.h>
#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/server_callback.h>

#include "frame_order.h"
#include "session_service.h"

namespace huizhen::rpc {

class ServerSession final : public grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>,
                            public LiveCall,
                            public std::enable_shared_from_this<ServerSession> {
  public:
    // Keeps itself alive until the call is over.
    static ServerSession* start(SessionHub& hub, grpc::CallbackServerContext& context, Peer peer,
                                std::string certificate_pem);

    ServerSession(SessionHub& hub, grpc::CallbackServerContext& context, Peer peer,
                  std::string certificate_pem);

    Status send(std::variant<Positions, RoundMessage, Notice> content);
    void end(const Error& why) override;
    void sweep(SteadyTime now) override;

    void OnReadDone(bool ok) override;
    void OnWriteDone(bool ok) override;
    void OnCancel() override;
    void OnDone() override;

  private:
    // Lets what is queued leave first, where it can at once.
    void end_locked(const Error& why);
    void write_next_locked();
    void queue_locked(std::string bytes);
    Status send_locked(std::variant<Positions, RoundMessage, Notice> content);
    Status take(FromNode message);
    Status welcome(const Hello& hello);
    Status dispatch(Frame frame);

    SessionHub& hub_;
    const SiteId site_;
    const SessionId id_;
    std::shared_ptr<ServerSession> self_;
    grpc::ByteBuffer incoming_;
    bool opened_ = false;  // the handler was told; used by reactions alone

    std::mutex mutex_;  // guards what follows
    grpc::CallbackServerContext* context_;
    std::optional<FrameOrder> order_;  // absent until the hello
    std::deque<grpc::ByteBuffer> queue_;
    std::size_t queued_bytes_ = 0;
    bool writing_ = false;
    bool finished_ = false;
    std::optional<Error> why_;  // set: the session ends
    SteadyTime ending_since_{};
    SteadyTime last_heard_;
    SteadyTime last_sent_;
};

}  // namespace huizhen::rpc
