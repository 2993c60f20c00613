#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <huizhen/base/file.h>
#include <huizhen/node/cohorts/npz.h>
#include <huizhen/test_support/data.h>

#include "archives.h"

namespace huizhen::node {
namespace {

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
