#include "object_service.h"

#include <cstring>

#include <grpcpp/impl/codegen/proto_utils.h>

#include <huizhen/rpc/refusal.h>

#include "buffers.h"
#include "caller.h"
#include "federation/v1/objects.grpc.pb.h"
#include "transfer_call.h"
#include "transfer_window.h"

namespace huizhen::rpc {

namespace {

namespace v1 = federation::v1;
using Buffer = grpc::ByteBuffer;

constexpr int kChunkOfGetReply = v1::GetReply::kChunkFieldNumber;
constexpr int kChunkOfPutRequest = v1::PutRequest::kChunkFieldNumber;

template <typename Message>
Result<Message> parse(Buffer& buffer) {
    Message message;
    if (!grpc::SerializationTraits<Message>::Deserialize(&buffer, &message).ok()) {
        return refuse(Refusal::kMalformed, "not a message of this protocol");
    }
    return message;
}

Buffer write(const google::protobuf::MessageLite& message) { return to_buffer(message.SerializeAsString()); }

// A node reads an object.
class Download final : public TransferCall {
  public:
    using TransferCall::TransferCall;

    void OnReadDone(bool ok) override {
        if (!ok) {
            const std::lock_guard lock(mutex_);
            no_more_credit_ = true;
            if (!pumping_) finish_locked(Error(ErrorCode::kCancelled, "the node stopped reading"));
            return;
        }
        auto request = parse<v1::GetRequest>(incoming_);
        if (!request) {
            hub_.log.refused("Objects/Get", site_.str(), request.error());
            end(request.error());
            return;
        }
        if (!opened_) {
            opened_ = true;
            on_disk([this, request = std::move(*request)] { return open(request); });
        } else {
            const std::lock_guard lock(mutex_);
            credit_ = std::min(credit_ + std::min(request->credit(), kMaxCredit), kMaxCredit);
            pump_locked();
        }
        read_on();
    }

    void OnWriteDone(bool ok) override {
        std::uint64_t done = 0, total = 0;
        {
            const std::lock_guard lock(mutex_);
            pumping_ = false;
            written_locked();
            done = offset_;
            total = size_;
            if (ok && !no_more_credit_) {
                pump_locked();
            } else {
                finish_locked(Error(ErrorCode::kCancelled, "the node stopped reading"));
            }
        }
        if (ok && total > 0) hub_.moved(site_, digest_, false, done, total);
    }

  private:
    static constexpr std::uint64_t kMaxCredit = 64 << 20;

    Status open(const v1::GetRequest& request) {
        HZ_ASSIGN(digest_, digest_of(request.digest()));
        HZ_TRY(hub_.authoriser.may_get(site_, digest_));
        HZ_ASSIGN(auto source, hub_.store.open(digest_));
        if (request.offset() > source->size()) {
            return refuse(Refusal::kWrongOffset, "beyond the end of the object");
        }
        v1::GetReply reply;
        reply.set_size(source->size());
        const std::lock_guard lock(mutex_);
        size_ = source->size();
        source_ = std::move(source);
        offset_ = request.offset();
        credit_ = std::min(credit_ + std::min(request.credit(), kMaxCredit), kMaxCredit);
        if (ending_) return {};
        pumping_ = true;
        write_locked(write(reply));
        return {};
    }

    void pump_locked() {
        if (pumping_ || ending_ || !source_) return;
        if (offset_ == size_) return finish_locked(std::nullopt);
        if (credit_ == 0) return;
        pumping_ = true;
        const std::size_t bytes = std::min<std::uint64_t>({credit_, size_ - offset_, kSentChunkBytes});
        const bool queued = submit([this, bytes] {
            const Status sent = send_chunk(bytes);
            if (!sent) end(sent.error());
        });
        if (queued) return;
        pumping_ = false;
        finish_locked(refuse(Refusal::kBusy, "the coordinator's disk has too much to do").value());
    }

    Status send_chunk(std::size_t bytes) {
        ChunkBuffer chunk(bytes);
        const auto read = source_->read(offset_, chunk.bytes());
        const std::lock_guard lock(mutex_);
        if (!read || *read != bytes) {
            pumping_ = false;
            if (!read) return fail(read.error());
            return fail(ErrorCode::kIntegrity, "an object became shorter while it was read");
        }
        if (ending_) return {};
        credit_ -= bytes;
        offset_ += bytes;
        write_locked(chunk.message(kChunkOfGetReply));
        return {};
    }

    bool opened_ = false;  // used by reads alone
    Sha256Digest digest_{};
    std::unique_ptr<ObjectSource> source_;  // set under mutex_, as are those that follow
    std::uint64_t size_ = 0;
    std::uint64_t offset_ = 0;  // written only while pumping_
    std::uint64_t credit_ = 0;
    bool pumping_ = false;  // a chunk is read or written
    bool no_more_credit_ = false;
};

// A node writes an object.
class Upload final : public TransferCall {
  public:
    using TransferCall::TransferCall;

    void OnReadDone(bool ok) override {
        if (!ok) {
            // What has arrived is kept for the next attempt.
            on_disk([this]() -> huizhen::Status {
                sink_.reset();
                end(Error(ErrorCode::kCancelled, "the node stopped writing"));
                return Status();
            });
            return;
        }
        on_disk([this]() -> huizhen::Status {
            const auto done = sink_ ? take_chunk() : open();
            if (done) {
                read_on();
            } else {
                sink_.reset();  // before the node learns of it, and tries again
            }
            return done;
        });
    }

    void OnWriteDone(bool) override {
        const std::lock_guard lock(mutex_);
        written_locked();
    }

  private:
    Status open() {
        HZ_ASSIGN(const auto request, parse<v1::PutRequest>(incoming_));
        HZ_ASSIGN(digest_, digest_of(request.digest()));
        HZ_ASSIGN(const std::uint64_t most, hub_.authoriser.may_put(site_, digest_));
        if (request.size() > std::min(most, hub_.limits.max_object_bytes)) {
            return refuse(Refusal::kTooLarge, "an object of " + std::to_string(request.size()) +
                                                  " bytes where " + std::to_string(most) + " were announced");
        }
        if (!request.chunk().empty()) return refuse(Refusal::kMalformed, "a chunk in the first message");
        size_ = request.size();
        if (hub_.store.contains(digest_)) return complete(false);
        HZ_ASSIGN(sink_, hub_.store.receive(digest_, size_, site_.str()));
        received_ = sink_->durable();
        say(false);
        return received_ == size_ ? commit() : Status();
    }

    Status take_chunk() {
        std::uint64_t bytes = 0;
        if (const auto slices = chunk_of(incoming_, kChunkOfPutRequest)) {
            for (const auto& slice : *slices) {
                HZ_TRY(room_for(bytes += slice.size()));
                HZ_TRY(sink_->write({slice.begin(), slice.size()}));
            }
        } else {
            HZ_ASSIGN(const auto request, parse<v1::PutRequest>(incoming_));
            bytes = request.chunk().size();
            HZ_TRY(room_for(bytes));
            HZ_TRY(sink_->write({reinterpret_cast<const std::uint8_t*>(request.chunk().data()), bytes}));
        }
        incoming_.Clear();
        if (bytes == 0) return refuse(Refusal::kMalformed, "a chunk without bytes");
        received_ += bytes;
        hub_.moved(site_, digest_, true, received_, size_);
        if (received_ == size_) return commit();
        if (received_ - sink_->durable() >= hub_.limits.durable_every_bytes) HZ_TRY(sink_->flush());
        say(false);
        return {};
    }

    Status room_for(std::uint64_t bytes) const {
        if (bytes > kMaxChunkBytes) return refuse(Refusal::kTooLarge, "a chunk");
        if (bytes > size_ - received_) return refuse(Refusal::kTooLarge, "more bytes than the object has");
        return {};
    }

    Status commit() {
        HZ_TRY(sink_->commit());
        sink_.reset();
        return complete(true);
    }

    Status complete(bool arrived) {
        received_ = size_;
        if (arrived) hub_.authoriser.received(site_, digest_);
        say(true);
        const std::lock_guard lock(mutex_);
        finish_locked(std::nullopt);
        return {};
    }

    void say(bool complete) {
        v1::PutStatus status;
        status.set_durable(sink_ ? sink_->durable() : received_);
        status.set_received(received_);
        status.set_complete(complete);
        const std::lock_guard lock(mutex_);
        if (ending_) return;
        write_locked(write(status));
    }

    Sha256Digest digest_{};  // used by one task at a time, as are those that follow
    std::unique_ptr<ObjectSink> sink_;
    std::uint64_t size_ = 0;
    std::uint64_t received_ = 0;
};

class RefusedCall final : public grpc::ServerBidiReactor<Buffer, Buffer> {
  public:
    explicit RefusedCall(const Error& why) { Finish(to_grpc(why)); }
    void OnDone() override { delete this; }
};

using Base = v1::Objects::WithRawCallbackMethod_Get<
    v1::Objects::WithRawCallbackMethod_Put<v1::Objects::WithCallbackMethod_Status<v1::Objects::Service>>>;

class Service final : public Base {
  public:
    explicit Service(ObjectHub& hub) : hub_(hub) {}

    grpc::ServerBidiReactor<Buffer, Buffer>* Get(grpc::CallbackServerContext* context) override {
        return start<Download>(*context);
    }
    grpc::ServerBidiReactor<Buffer, Buffer>* Put(grpc::CallbackServerContext* context) override {
        return start<Upload>(*context);
    }
    grpc::ServerUnaryReactor* Status(grpc::CallbackServerContext* context,
                                     const v1::PutStatusRequest* request, v1::PutStatus* reply) override {
        auto* reactor = context->DefaultReactor();
        const auto done = status(*context, *request, *reply);
        reactor->Finish(done ? grpc::Status::OK : to_grpc(done.error()));
        return reactor;
    }

  private:
    template <typename Call>
    grpc::ServerBidiReactor<Buffer, Buffer>* start(grpc::CallbackServerContext& context) {
        auto peer = caller_of(context, Role::kSite);
        if (!peer) return new RefusedCall(peer.error());
        return std::make_shared<Call>(hub_, context, std::move(*peer), certificate_of(context))->start();
    }

    huizhen::Status status(const grpc::CallbackServerContext& context, const v1::PutStatusRequest& request,
                           v1::PutStatus& reply) {
        HZ_ASSIGN(const Peer peer, caller_of(context, Role::kSite));
        HZ_ASSIGN(const Sha256Digest digest, digest_of(request.digest()));
        HZ_TRY(hub_.authoriser.may_put(SiteId(peer.name), digest));
        HZ_ASSIGN(const std::uint64_t durable, hub_.store.durable(digest, peer.name));
        reply.set_durable(durable);
        reply.set_complete(hub_.store.contains(digest));
        return {};
    }

    ObjectHub& hub_;
};

}  // namespace

Result<Sha256Digest> digest_of(const std::string& bytes) {
    Sha256Digest digest;
    if (bytes.size() != digest.size()) return refuse(Refusal::kMalformed, "a digest has 32 bytes");
    std::memcpy(digest.data(), bytes.data(), digest.size());
    return digest;
}

std::unique_ptr<grpc::Service> object_service(ObjectHub& hub) { return std::make_unique<Service>(hub); }

}  // namespace huizhen::rpc
