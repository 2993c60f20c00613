#pragma once

// ZIP archives and .npy arrays made byte by byte, right or with a lie in them.

#include <optional>
#include <span>
#include <string>

#include <gtest/gtest.h>
#include <zlib.h>

namespace huizhen::node {

using Bytes = std::string;

inline void put16(Bytes& out, std::uint32_t v) {
    out += {static_cast<char>(v & 255), static_cast<char>(v >> 8 & 255)};
}
inline void put32(Bytes& out, std::uint32_t v) {
    put16(out, v & 65535);
    put16(out, v >> 16);
}

inline std::span<const std::byte> view(const Bytes& bytes) {
    return std::as_bytes(std::span(bytes.data(), bytes.size()));
}

inline Bytes npy(const std::string& header, const Bytes& data) {
    Bytes out("\x93NUMPY\x01\x00", 8);
    put16(out, static_cast<std::uint32_t>(header.size()));
    return out + header + data;
}

inline Bytes deflated(const Bytes& data) {
    Bytes out(data.size() + 100, '\0');
    z_stream stream{};
    EXPECT_EQ(deflateInit2(&stream, 6, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY), Z_OK);
    Bytes input = data;
    stream.next_in = reinterpret_cast<Bytef*>(input.data());
    stream.avail_in = static_cast<uInt>(input.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
    out.resize(stream.total_out);
    deflateEnd(&stream);
    return out;
}

struct Lie {
    std::uint32_t method = 8, flags = 0;
    std::optional<std::uint32_t> size = std::nullopt, crc = std::nullopt;
};

// A ZIP archive of one member, with what it says about it.
inline Bytes zip(const std::string& name, const Bytes& data, const Lie& lie = {}) {
    const Bytes packed = lie.method == 8 ? deflated(data) : data;
    const auto crc = lie.crc.value_or(static_cast<std::uint32_t>(
        crc32(0, reinterpret_cast<const Bytef*>(data.data()), static_cast<uInt>(data.size()))));
    const auto describe = [&](Bytes& out) {
        put16(out, 20);
        put16(out, lie.flags);
        put16(out, lie.method);
        put32(out, 0);  // time
        put32(out, crc);
        put32(out, static_cast<std::uint32_t>(packed.size()));
        put32(out, lie.size.value_or(static_cast<std::uint32_t>(data.size())));
        put16(out, static_cast<std::uint32_t>(name.size()));
        put16(out, 0);
    };
    Bytes out;
    put32(out, 0x04034b50);
    describe(out);
    out += name + packed;
    const std::size_t directory = out.size();
    put32(out, 0x02014b50);
    put16(out, 20);
    describe(out);
    out += Bytes(14, '\0');  // comment length, disk, attributes, offset 0
    out += name;
    const std::size_t size = out.size() - directory;
    put32(out, 0x06054b50);
    put32(out, 0);
    put16(out, 1);
    put16(out, 1);
    put32(out, static_cast<std::uint32_t>(size));
    put32(out, static_cast<std::uint32_t>(directory));
    put16(out, 0);
    return out;
}

}  // namespace huizhen::node
