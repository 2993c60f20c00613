#pragma once

// What a download and an upload at the coordinator have in common: reactions, one task at a time, one last
// word.

#include <mutex>
#include <optional>

#include <grpcpp/server_context.h>
#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/server_callback.h>

#include "object_service.h"

namespace huizhen::rpc {

class TransferCall : public grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>,
                     public LiveCall,
                     public std::enable_shared_from_this<TransferCall> {
  public:
    TransferCall(ObjectHub& hub, grpc::CallbackServerContext& context, Peer peer,
                 std::string certificate_pem);

    // Keeps itself alive until the call is over.
    TransferCall* start();

    void end(const Error& why) override;
    void sweep(SteadyTime now) override;
    void OnDone() override;

  protected:
    // On the disk's executor; what fails ends the call.
    void on_disk(std::function<Status()> task);
    void read_on();
    // The same for work that says itself what became of it; false: the executor's queue is full.
    bool submit(std::function<void()> work);
    // With the mutex held. While a message is on its way, only the newest waits for it.
    void write_locked(const grpc::ByteBuffer& message);
    // After a success, what waits to be written still is.
    void finish_locked(const std::optional<Error>& why);
    // Called from OnWriteDone.
    void written_locked();

    ObjectHub& hub_;
    const SiteId site_;
    grpc::ByteBuffer incoming_;

    std::mutex mutex_;  // guards what follows
    bool writing_ = false;
    bool ending_ = false;

  private:
    std::shared_ptr<TransferCall> self_;
    grpc::CallbackServerContext* context_;
    grpc::ByteBuffer outgoing_;
    std::optional<grpc::ByteBuffer> waiting_;
    std::optional<Error> why_;  // while ending_: none is success
    bool finished_ = false;
    SteadyTime ending_since_{};
};

}  // namespace huizhen::rpc
