#pragma once

// gRPC's byte buffers to and from ours. Bulk data crosses without being copied where its encoding is the
// usual one; any other encoding of the same message is read by protobuf.

#include <string>

#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/slice.h>

#include <huizhen/base/result.h>
#include <huizhen/rpc/frame.h>

namespace huizhen::rpc {

grpc::ByteBuffer to_buffer(const std::string& bytes);

// All of it as one piece; owns what it shows. Empty where the buffer is not valid.
class OneSlice {
  public:
    explicit OneSlice(grpc::ByteBuffer& buffer) {
        if (!buffer.TrySingleSlice(&slice_).ok() && !buffer.DumpToSingleSlice(&slice_).ok()) slice_ = {};
    }
    BytesView bytes() const { return {slice_.begin(), slice_.size()}; }

  private:
    grpc::Slice slice_;
};

// A message whose one field, number `field`, holds `size` bytes that fill() writes.
class ChunkBuffer {
  public:
    explicit ChunkBuffer(std::size_t size);
    ~ChunkBuffer();
    ChunkBuffer(const ChunkBuffer&) = delete;
    ChunkBuffer& operator=(const ChunkBuffer&) = delete;

    std::span<std::uint8_t> bytes();
    grpc::ByteBuffer message(int field);  // once

  private:
    grpc_slice slice_;
};

// The slices of a message that is nothing but field `field` with a chunk; nothing where it is encoded
// otherwise.
std::optional<std::vector<grpc::Slice>> chunk_of(const grpc::ByteBuffer& message, int field);

}  // namespace huizhen::rpc
