#pragma once

// A client that says what no node would: any bytes, in any order.

#include <optional>
#include <string>

#include <grpcpp/client_context.h>
#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/sync_stream.h>

#include <huizhen/rpc/services.h>

#include "buffers.h"
#include "channel.h"
#include "codec.h"
#include "federation.h"
#include "frame_order.h"

namespace huizhen::rpc {

class RawCall {
  public:
    static constexpr const char* kSession = "/huizhen.federation.v1.Session/Open";
    static constexpr const char* kGet = "/huizhen.federation.v1.Objects/Get";
    static constexpr const char* kPut = "/huizhen.federation.v1.Objects/Put";

    RawCall(std::shared_ptr<grpc::Channel> channel, const char* method) : channel_(std::move(channel)) {
        context_.set_deadline(std::chrono::system_clock::now() + kLong);
        const grpc::internal::RpcMethod rpc(method, grpc::internal::RpcMethod::BIDI_STREAMING, channel_);
        stream_.reset(grpc::internal::ClientReaderWriterFactory<grpc::ByteBuffer, grpc::ByteBuffer>::Create(
            channel_.get(), rpc, &context_));
    }
    // Nothing is left to read, and why.
    ~RawCall() {
        if (!finished_) context_.TryCancel(), end();
    }

    bool write(const std::string& bytes) { return stream_->Write(to_buffer(bytes)); }
    std::optional<std::string> read() {
        grpc::ByteBuffer buffer;
        if (!stream_->Read(&buffer)) return std::nullopt;
        const OneSlice slice(buffer);
        return std::string(slice.bytes().begin(), slice.bytes().end());
    }
    grpc::Status end() {
        finished_ = true;
        while (read()) {
        }
        return stream_->Finish();
    }
    // "malformed: ..."; empty where the call ended well.
    std::string refusal() {
        const auto status = end();
        return status.ok() ? "" : from_grpc(status).message();
    }

    // Says hello and hears the welcome; the session it got.
    std::string open(std::string_view site) {
        if (!write(write_hello({{1}, "test", SiteId(std::string(site)), {}, {}}).value())) return "";
        const auto bytes = read();
        if (!bytes) return "";
        const auto message = read_from_coordinator(
            {reinterpret_cast<const std::uint8_t*>(bytes->data()), bytes->size()}, Limits());
        return std::get<WelcomeMessage>(message.value()).session;
    }

  private:
    std::shared_ptr<grpc::Channel> channel_;
    grpc::ClientContext context_;
    std::unique_ptr<grpc::ClientReaderWriter<grpc::ByteBuffer, grpc::ByteBuffer>> stream_;
    bool finished_ = false;
};

inline std::shared_ptr<grpc::Channel> channel_to(const std::string& address, const TlsIdentity& identity) {
    static const Peers peers;
    return secure_channel({address, ""}, identity, peers, Limits(), std::make_shared<Verdict>());
}

}  // namespace huizhen::rpc
