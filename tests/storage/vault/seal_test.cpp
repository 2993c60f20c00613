#include <huizhen/base/sha256.h>
#include <huizhen/vault/opener.h>

namespace huizhen::vault {
namespace {

class SealTest : public ::testing::Test {
  protected:
    static Bytes pattern(std::size_t size) {
        Bytes bytes(size);
        for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::uint8_t>(i * 31 + (i >> 8));
        return bytes;
    }
    Bytes sealed_in_chunks(BytesView plain) {
        Bytes sealed;
        Sealer sealer(
            ring, view_of("test"),
            [&](BytesView bytes) -> Status {
                sealed.insert(sealed.end(), bytes.begin(), bytes.end());
                return {};
            },
            system_random(), kMinChunkLog2);
        EXPECT_TRUE(sealer.write(plain));
        EXPECT_TRUE(sealer.finish());
        return sealed;
    }
    Result<Bytes> opened(BytesView sealed) { return open(ring, view_of("test"), sealed); }
    std::string name_of_error(BytesView sealed) {
        const auto result = opened(sealed);
        return result ? "opened" : result.error().message().substr(0, result.error().message().find(':'));
    }

    static constexpr std::size_t kChunk = 1 << kMinChunkLog2, kBox = kChunk + kTagBytes;
    KeyRing ring = KeyRing::generate(system_random());
};

TEST_F(SealTest, gives_back_what_was_sealed_at_every_size_around_a_chunk) {
    for (const std::size_t size : {0ul, 1ul, 15ul, 16ul, 17ul, kChunk - 1, kChunk, kChunk + 1, 2 * kChunk - 1,
                                   2 * kChunk, 2 * kChunk + 1, 5 * kChunk + 7}) {
        const Bytes plain = pattern(size), sealed = sealed_in_chunks(plain);
        EXPECT_EQ(sealed.size(), sealed_size(size, kMinChunkLog2));
        const auto back = opened(sealed);
        ASSERT_TRUE(back) << size << back.error().message();
        EXPECT_EQ(*back, plain);
    }
}

TEST_F(SealTest, how_it_is_written_and_read_does_not_matter) {
    const Bytes plain = pattern(3 * kChunk + 100);
    Bytes sealed;
    Sealer sealer(
        ring, view_of("test"),
        [&](BytesView bytes) -> Status {
            sealed.insert(sealed.end(), bytes.begin(), bytes.end());
            return {};
        },
        system_random(), kMinChunkLog2);
    for (std::size_t at = 0; at < plain.size(); at += 77) {
        ASSERT_TRUE(sealer.write(BytesView(plain).subspan(at, std::min<std::size_t>(77, plain.size() - at))));
    }
    ASSERT_TRUE(sealer.finish());
    std::size_t read = 0;
    auto opener =
        Opener::begin(ring, view_of("test"), [&](std::span<std::uint8_t> into) -> Result<std::size_t> {
            const std::size_t count = std::min({into.size(), sealed.size() - read, 13ul});
            std::copy_n(sealed.begin() + static_cast<std::ptrdiff_t>(read), count, into.begin());
            read += count;
            return count;
        }).value();
    Bytes back;
    for (BytesView part = opener.next().value(); !part.empty(); part = opener.next().value()) {
        back.insert(back.end(), part.begin(), part.end());
    }
    EXPECT_EQ(back, plain);
    EXPECT_TRUE(opener.next().value().empty());
}

TEST_F(SealTest, the_same_bytes_never_look_the_same) {
    const Bytes plain = pattern(100);
    const Bytes a = sealed_in_chunks(plain), b = sealed_in_chunks(plain);
    EXPECT_EQ(std::search(a.begin(), a.end(), plain.begin(), plain.begin() + 8), a.end());
    std::size_t same = 0;
    for (std::size_t i = kSealedHeaderBytes; i < a.size(); ++i) same += a[i] == b[i];
    EXPECT_LT(same, 10u);
}

TEST_F(SealTest, every_single_bit_matters) {
    const Bytes whole = sealed_in_chunks(pattern(300));
    for (std::size_t bit = 0; bit < 8 * whole.size(); ++bit) {
        Bytes spoilt = whole;
        spoilt[bit / 8] ^= static_cast<std::uint8_t>(1 << bit % 8);
        ASSERT_FALSE(opened(spoilt)) << bit;
    }
}

TEST_F(SealTest, every_truncation_is_detected) {
    const Bytes whole = sealed_in_chunks(pattern(2 * kChunk + 50));
    for (std::size_t size = 0; size < whole.size(); ++size) {
        ASSERT_FALSE(opened(BytesView(whole).first(size))) << size;
    }
    EXPECT_EQ(name_of_error(BytesView(whole).first(40)), "sealed-truncated");
    EXPECT_EQ(name_of_error(BytesView(whole).first(kSealedHeaderBytes)), "sealed-truncated");
    EXPECT_EQ(name_of_error(BytesView(whole).first(kSealedHeaderBytes + kBox)), "sealed-truncated");
    EXPECT_EQ(name_of_error(BytesView(whole).first(kSealedHeaderBytes + 2 * kBox)), "sealed-truncated");
    EXPECT_EQ(name_of_error(BytesView(whole).first(whole.size() - 1)), "sealed-damaged");
}

TEST_F(SealTest, chunks_that_move_repeat_or_come_from_elsewhere_are_detected) {
    const Bytes whole = sealed_in_chunks(pattern(4 * kChunk)), other = sealed_in_chunks(pattern(4 * kChunk));
    const auto chunk = [&](const Bytes& from, std::size_t i) {
        return BytesView(from).subspan(kSealedHeaderBytes + i * kBox, kBox);
    };
    const auto put_together = [&](std::initializer_list<BytesView> chunks) {
        Bytes all(whole.begin(), whole.begin() + kSealedHeaderBytes);
        for (const BytesView part : chunks) all.insert(all.end(), part.begin(), part.end());
        return all;
    };
    const auto at = [&](std::size_t i) { return chunk(whole, i); };
    EXPECT_TRUE(opened(put_together({at(0), at(1), at(2), at(3)})));
    EXPECT_EQ(name_of_error(put_together({at(1), at(0), at(2), at(3)})), "sealed-damaged");
    EXPECT_EQ(name_of_error(put_together({at(0), at(1), at(1), at(3)})), "sealed-damaged");
    EXPECT_EQ(name_of_error(put_together({at(0), at(2), at(3)})), "sealed-damaged");
    EXPECT_EQ(name_of_error(put_together({at(0), at(1), at(2), at(3), at(3)})), "sealed-damaged");
    EXPECT_EQ(name_of_error(put_together({at(0), chunk(other, 1), at(2), at(3)})), "sealed-damaged");
}

TEST_F(SealTest, another_context_or_key_does_not_open_it) {
    const Bytes sealed = seal(ring, view_of("patient.name 5"), view_of("x"), system_random());
    EXPECT_TRUE(open(ring, view_of("patient.name 5"), sealed));
    EXPECT_EQ(open(ring, view_of("patient.name 6"), sealed).error().code(), ErrorCode::kIntegrity);
    const KeyRing other = KeyRing::generate(system_random());
    const auto refused = open(other, view_of("patient.name 5"), sealed);
    EXPECT_EQ(refused.error().code(), ErrorCode::kPermissionDenied);
    EXPECT_TRUE(refused.error().message().starts_with("unknown-key: "));
}

TEST_F(SealTest, what_breaks_the_format_is_named) {
    const Bytes whole = sealed_in_chunks(pattern(10));
    const auto with = [&](std::size_t at, std::uint8_t value) {
        Bytes changed = whole;
        changed[at] = value;
        return changed;
    };
    EXPECT_EQ(name_of_error({}), "not-sealed");
    EXPECT_EQ(name_of_error(with(0, 'X')), "not-sealed");
    EXPECT_EQ(name_of_error(with(8, 2)), "sealed-too-new");
    EXPECT_EQ(name_of_error(with(9, 60)), "sealed-malformed");  // a chunk of 2^60 bytes: nothing is allocated
    EXPECT_EQ(name_of_error(with(9, 11)), "sealed-malformed");
    EXPECT_EQ(name_of_error(with(10, 1)), "sealed-malformed");
    EXPECT_EQ(name_of_error(with(9, 13)), "sealed-damaged");
    EXPECT_EQ(name_of_error(with(kSealedHeaderBytes, static_cast<std::uint8_t>(~whole[kSealedHeaderBytes]))),
              "sealed-damaged");
}

TEST_F(SealTest, errors_of_either_end_come_through_and_limits_hold) {
    Sealer sealer(
        ring, view_of("test"), [](BytesView) -> Status { return fail(ErrorCode::kIo, "disk-full: x"); },
        system_random());
    EXPECT_EQ(sealer.write(pattern(1)).error().message(), "disk-full: x");
    const auto failing = Opener::begin(
        ring, view_of("test"),
        [](std::span<std::uint8_t>) -> Result<std::size_t> { return fail(ErrorCode::kIo, "io: x"); });
    EXPECT_EQ(failing.error().message(), "io: x");
    const Bytes sealed = sealed_in_chunks(pattern(1000));
    EXPECT_EQ(open(ring, view_of("test"), sealed, 999).error().code(), ErrorCode::kLimitExceeded);
    EXPECT_TRUE(open(ring, view_of("test"), sealed, 1000));
}

// The format of today, for every version to come: sealed under the ring whose keys are all 1, 2, ... 32.
class Counting final : public RandomSource {
  public:
    void fill(std::span<std::uint8_t> bytes) override {
        for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::uint8_t>(i + 1);
    }
};

TEST(SealFormat, version_1_is_what_it_was) {
    Counting counting;
    const KeyRing ring = KeyRing::generate(counting);
    const Bytes sealed = seal(ring, view_of("version"), view_of("one"), counting);
    EXPECT_EQ(
        to_hex(sealed),
        "485a5345414c454401100000d817e3faf5e521f40102030405060708090a0b0caf2caf99356d24e566b7f329eef43235"
        "184ce1334363c62a4c0d6e570bbe639c9380417f14a9f3e2d690abfb2103aa48c3a68f2332488d1760b586562235c7eb"
        "c32ef4");
    EXPECT_EQ(open(ring, view_of("version"), sealed).value(), (Bytes{'o', 'n', 'e'}));
}

}  // namespace
}  // namespace huizhen::vault
