#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include <huizhen/base/file.h>
#include <huizhen/node/cohorts/npz.h>
#include <huizhen/test_support/data.h>

namespace huizhen::node {
namespace {

using Bytes = std::string;

void put16(Bytes& out, std::uint32_t v) {
    out += {static_cast<char>(v & 255), static_cast<char>(v >> 8 & 255)};
}
void put32(Bytes& out, std::uint32_t v) {
    put16(out, v & 65535);
    put16(out, v >> 16);
}

std::span<const std::byte> view(const Bytes& bytes) {
    return std::as_bytes(std::span(bytes.data(), bytes.size()));
}

Bytes npy(const std::string& header, const Bytes& data) {
    Bytes out("\x93NUMPY\x01\x00", 8);
    put16(out, static_cast<std::uint32_t>(header.size()));
    return out + header + data;
}

Bytes deflated(const Bytes& data) {
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
Bytes zip(const std::string& name, const Bytes& data, const Lie& lie = {}) {
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

const Bytes kSmall =
    npy("{'descr': '<i2', 'fortran_order': False, 'shape': (2, 2), }\n", Bytes("\1\0\2\0\xff\xff\0\x80", 8));

TEST(Npz, reads_deflated_and_stored_arrays) {
    const testing::TemporaryFolder folder;
    for (const std::uint32_t method : {8U, 0U}) {
        ASSERT_TRUE(write_file_atomically(folder.path() / "a.npz", zip("x.npy", kSmall, {.method = method})));
        const auto arrays = read_npz(folder.path() / "a.npz");
        ASSERT_TRUE(arrays) << arrays.error().to_string();
        const NpyArray& array = arrays->at("x");
        EXPECT_THAT(array.shape, ::testing::ElementsAre(2, 2));
        EXPECT_THAT(*array.as<std::int16_t>(), ::testing::ElementsAre(1, 2, -1, -32768));
        EXPECT_THAT(*array.as_doubles(), ::testing::ElementsAre(1, 2, -1, -32768));
        EXPECT_FALSE(array.as<float>());
    }
}

TEST(Npz, refuses_archives_that_lie) {
    const auto code = [](const Bytes& archive) { return read_zip(view(archive)).error().code(); };
    EXPECT_EQ(code(zip("x", kSmall, {.crc = 1U})), ErrorCode::kIntegrity);
    EXPECT_EQ(code(zip("x", kSmall, {.size = 7U})), ErrorCode::kMalformedInput);
    EXPECT_EQ(code(zip("x", kSmall, {.size = 900U})), ErrorCode::kMalformedInput);
    EXPECT_EQ(code(zip("x", kSmall, {.size = 0xfffffff0U})), ErrorCode::kLimitExceeded);
    EXPECT_EQ(code(zip("x", kSmall, {.method = 12})), ErrorCode::kUnsupported);
    EXPECT_EQ(code(zip("x", kSmall, {.flags = 1})), ErrorCode::kUnsupported);
}

TEST(Npz, refuses_every_truncation_of_an_archive) {
    const Bytes whole = zip("x.npy", kSmall);
    ASSERT_TRUE(read_zip(view(whole)));
    for (std::size_t size = 0; size < whole.size(); ++size) {
        EXPECT_FALSE(read_zip(view(whole.substr(0, size)))) << size;
    }
}

TEST(Npz, survives_every_flipped_byte) {
    const Bytes whole = zip("x.npy", kSmall);
    std::size_t refused = 0;
    for (std::size_t at = 0; at < whole.size(); ++at) {
        Bytes damaged = whole;
        damaged[at] = static_cast<char>(~damaged[at]);
        refused += read_zip(view(damaged)) ? 0 : 1;
    }
    EXPECT_GT(refused, kSmall.size() / 4);  // times and attributes carry no check
}

TEST(Npy, refuses_what_it_cannot_place_in_memory) {
    const auto code = [](const std::string& header, const Bytes& data = "12345678") {
        return parse_npy(view(npy(header, data))).error().code();
    };
    EXPECT_EQ(code("{'descr': '<i2', 'fortran_order': True, 'shape': (4,), }"), ErrorCode::kUnsupported);
    EXPECT_EQ(code("{'descr': '>i2', 'fortran_order': False, 'shape': (4,), }"), ErrorCode::kUnsupported);
    EXPECT_EQ(code("{'descr': '|O', 'fortran_order': False, 'shape': (4,), }"), ErrorCode::kUnsupported);
    EXPECT_EQ(code("{'descr': '<i2', 'fortran_order': False, 'shape': (5,), }"), ErrorCode::kMalformedInput);
    EXPECT_EQ(code("{'descr': '<i2', 'fortran_order': False, 'shape': (x,), }"), ErrorCode::kMalformedInput);
    EXPECT_EQ(code("{'descr': '<i2', 'shape': (4,), }"), ErrorCode::kMalformedInput);
    EXPECT_EQ(code("{'descr': '<i2', 'fortran_order': False, 'shape': (4294967296, 4294967296), }"),
              ErrorCode::kLimitExceeded);
    EXPECT_EQ(code("{'descr': '<i2', 'fortran_order': False, 'shape': (1,1,1,1,1,1,1,1,4), }"),
              ErrorCode::kLimitExceeded);
    EXPECT_EQ(parse_npy(view("not an array")).error().code(), ErrorCode::kMalformedInput);
}

TEST(Npy, refuses_integers_a_double_cannot_hold) {
    const auto array = parse_npy(view(
        npy("{'descr': '<i8', 'fortran_order': False, 'shape': (1,), }", Bytes("\1\0\0\0\0\0\x40\0", 8))));
    ASSERT_TRUE(array);
    EXPECT_EQ(array->as_doubles().error().code(), ErrorCode::kLimitExceeded);
}

}  // namespace
}  // namespace huizhen::node
