#include "buffers.h"

#include <optional>

#include <grpc/slice.h>

namespace huizhen::rpc {

grpc::ByteBuffer to_buffer(const std::string& bytes) {
    const grpc::Slice slice(bytes);
    return grpc::ByteBuffer(&slice, 1);
}

ChunkBuffer::ChunkBuffer(std::size_t size) : slice_(grpc_slice_malloc_large(size)) {}
ChunkBuffer::~ChunkBuffer() { grpc_slice_unref(slice_); }

std::span<std::uint8_t> ChunkBuffer::bytes() {
    return {GRPC_SLICE_START_PTR(slice_), GRPC_SLICE_LENGTH(slice_)};
}

grpc::ByteBuffer ChunkBuffer::message(int field) {
    // Protocol buffers, wire type 2: key, length as a varint, the bytes.
    std::uint8_t header[11] = {static_cast<std::uint8_t>(field << 3 | 2)};
    std::size_t at = 1;
    std::uint64_t length = GRPC_SLICE_LENGTH(slice_);
    for (; length > 0x7F; length >>= 7) header[at++] = static_cast<std::uint8_t>(length | 0x80);
    header[at++] = static_cast<std::uint8_t>(length);
    const grpc::Slice slices[] = {grpc::Slice(header, at), grpc::Slice(slice_, grpc::Slice::ADD_REF)};
    return grpc::ByteBuffer(slices, 2);
}

std::optional<std::vector<grpc::Slice>> chunk_of(const grpc::ByteBuffer& message, int field) {
    std::vector<grpc::Slice> slices;
    if (!message.Dump(&slices).ok()) return std::nullopt;
    // The header may lie across slices: read it byte by byte.
    std::size_t slice = 0, offset = 0;
    const auto next = [&]() -> int {
        while (slice < slices.size() && offset == slices[slice].size()) ++slice, offset = 0;
        return slice < slices.size() ? slices[slice].begin()[offset++] : -1;
    };
    if (next() != (field << 3 | 2)) return std::nullopt;
    std::uint64_t length = 0;
    for (int shift = 0;; shift += 7) {
        const int byte = next();
        if (byte < 0 || shift > 28) return std::nullopt;
        length |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
        if ((byte & 0x80) == 0) break;
    }
    std::vector<grpc::Slice> chunk;
    std::uint64_t found = 0;
    for (; slice < slices.size(); ++slice, offset = 0) {
        if (offset == slices[slice].size()) continue;
        chunk.push_back(slices[slice].sub(offset, slices[slice].size()));
        found += chunk.back().size();
    }
    if (found != length) return std::nullopt;
    return chunk;
}

}  // namespace huizhen::rpc
