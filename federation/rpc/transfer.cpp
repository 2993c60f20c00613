#include "transfer.h"

#include <grpcpp/impl/codegen/proto_utils.h>
#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/sync_stream.h>

#include <huizhen/rpc/refusal.h>

#include "buffers.h"
#include "federation/v1/objects.pb.h"
#include "transfer_window.h"

namespace huizhen::rpc {

namespace {

namespace v1 = federation::v1;
using Buffer = grpc::ByteBuffer;
using Stream = grpc::ClientReaderWriter<Buffer, Buffer>;

SteadyTime now() { return std::chrono::steady_clock::now(); }

// As a generated stub does it, with buffers in place of messages.
std::unique_ptr<Stream> open(Attempt& attempt, const char* method) {
    const grpc::internal::RpcMethod rpc(method, grpc::internal::RpcMethod::BIDI_STREAMING, attempt.channel);
    return std::unique_ptr<Stream>(grpc::internal::ClientReaderWriterFactory<Buffer, Buffer>::Create(
        attempt.channel.get(), rpc, &attempt.context));
}

Buffer write(const google::protobuf::MessageLite& message) { return to_buffer(message.SerializeAsString()); }

template <typename Message>
Result<Message> parse(Buffer& buffer) {
    Message message;
    if (!grpc::SerializationTraits<Message>::Deserialize(&buffer, &message).ok()) {
        return refuse(Refusal::kMalformed, "not a message of this protocol");
    }
    return message;
}

std::string text_of(const Sha256Digest& digest) { return std::string(digest.begin(), digest.end()); }

// The call is ended from here, because of something that the other side need not answer for.
tl::unexpected<Error> give_up(Attempt& attempt, Stream& stream, Error why) {
    attempt.context.TryCancel();
    Buffer rest;
    while (stream.Read(&rest)) {
    }
    static_cast<void>(stream.Finish());
    return fail(std::move(why));
}

// Writes a chunk message to the sink; returns its bytes.
Result<std::uint64_t> store(Buffer& message, ObjectSink& sink) {
    std::uint64_t bytes = 0;
    if (const auto slices = chunk_of(message, v1::GetReply::kChunkFieldNumber)) {
        for (const auto& slice : *slices) {
            HZ_TRY(sink.write({slice.begin(), slice.size()}));
            bytes += slice.size();
        }
    } else {
        HZ_ASSIGN(const auto reply, parse<v1::GetReply>(message));
        bytes = reply.chunk().size();
        HZ_TRY(sink.write({reinterpret_cast<const std::uint8_t*>(reply.chunk().data()), bytes}));
    }
    if (bytes == 0) return refuse(Refusal::kMalformed, "a chunk without bytes");
    return bytes;
}

// Reads to the end of the object: false where the stream ended before.
Result<bool> receive(Attempt& attempt, Stream& stream, TransferWindow& window, std::uint64_t granted,
                     std::uint64_t size, ObjectSink& sink) {
    std::uint64_t received = sink.durable();
    granted += received;
    Buffer message;
    while (received < size) {
        const std::uint64_t wanted = std::min(size, received + window.bytes());
        if (wanted > granted && (wanted - granted >= window.bytes() / 4 || wanted == size)) {
            v1::GetRequest more;
            more.set_credit(wanted - granted);
            if (!stream.Write(write(more))) return false;
            granted = wanted;
        }
        if (!stream.Read(&message)) return false;
        HZ_ASSIGN(const std::uint64_t bytes, store(message, sink));
        received += bytes;
        window.arrived(received, now());
        attempt.moved(received, size);
    }
    return true;
}

}  // namespace

Result<grpc::Status> fetch_once(Attempt& attempt, const Sha256Digest& digest, ObjectStore& into) {
    constexpr std::string_view kOwner = "coordinator";
    HZ_ASSIGN(const std::uint64_t offset, into.durable(digest, kOwner));
    TransferWindow window(now(), offset);
    const auto stream = open(attempt, "/huizhen.federation.v1.Objects/Get");
    v1::GetRequest request;
    request.set_digest(text_of(digest));
    request.set_offset(offset);
    request.set_credit(window.bytes());
    Buffer message;
    if (!stream->Write(write(request)) || !stream->Read(&message)) return stream->Finish();
    const auto first = parse<v1::GetReply>(message);
    if (!first) return give_up(attempt, *stream, first.error());
    auto sink = into.receive(digest, first->size(), kOwner);
    if (!sink) return give_up(attempt, *stream, sink.error());
    if ((*sink)->durable() != offset) {
        return give_up(attempt, *stream, refuse(Refusal::kWrongOffset, "half an object changed").value());
    }
    const auto whole = receive(attempt, *stream, window, window.bytes(), first->size(), **sink);
    if (!whole) return give_up(attempt, *stream, whole.error());
    if (!*whole) return stream->Finish();
    HZ_TRY((*sink)->commit());
    stream->WritesDone();
    while (stream->Read(&message)) {
    }
    static_cast<void>(stream->Finish());
    return grpc::Status::OK;
}

Result<grpc::Status> put_once(Attempt& attempt, const Sha256Digest& digest, ObjectSource& from) {
    const auto stream = open(attempt, "/huizhen.federation.v1.Objects/Put");
    v1::PutRequest request;
    request.set_digest(text_of(digest));
    request.set_size(from.size());
    Buffer message;
    if (!stream->Write(write(request)) || !stream->Read(&message)) return stream->Finish();
    auto status = parse<v1::PutStatus>(message);
    if (!status) return give_up(attempt, *stream, status.error());
    std::uint64_t sent = status->received();
    if (sent > from.size()) {
        return give_up(attempt, *stream, refuse(Refusal::kMalformed, "more received than there is").value());
    }
    TransferWindow window(now(), sent);
    while (!status->complete()) {
        const std::uint64_t under_way = sent - std::min(sent, status->received());
        if (sent < from.size() && under_way < window.bytes()) {
            ChunkBuffer chunk(std::min<std::uint64_t>(window.chunk(), from.size() - sent));
            const auto read = from.read(sent, chunk.bytes());
            if (!read) return give_up(attempt, *stream, read.error());
            if (*read != chunk.bytes().size()) {
                return give_up(attempt, *stream,
                               Error(ErrorCode::kIntegrity, "an object became shorter while it was sent"));
            }
            sent += *read;
            if (!stream->Write(chunk.message(v1::PutRequest::kChunkFieldNumber))) return stream->Finish();
            continue;
        }
        if (!stream->Read(&message)) return stream->Finish();
        status = parse<v1::PutStatus>(message);
        if (!status) return give_up(attempt, *stream, status.error());
        window.arrived(std::min(status->received(), sent), now());
        attempt.moved(std::min(status->received(), sent), from.size());
    }
    stream->WritesDone();
    while (stream->Read(&message)) {
    }
    static_cast<void>(stream->Finish());
    return grpc::Status::OK;
}

}  // namespace huizhen::rpc
