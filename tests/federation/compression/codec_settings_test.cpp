#include "codec_cases.h"

namespace huizhen::compression {
namespace {

TEST(CodecSettings, names_go_both_ways) {
    for (const CodecKind kind : kAllKinds) EXPECT_EQ(codec_named(codec_name(kind)).value(), kind);
    EXPECT_FALSE(codec_named("gzip"));
    EXPECT_EQ(codec_name(static_cast<CodecKind>(9)), "unknown");
}

TEST(CodecSettings, an_upload_is_as_short_as_the_sites_allow) {
    CodecSettings settings = settings_of(CodecKind::kQuantised);
    const auto words = [&](std::uint32_t sites, std::uint32_t bits) {
        settings.max_sites = sites;
        settings.bits = bits;
        EXPECT_TRUE(check(settings, 1200)) << sites << " sites, " << bits << " bits";
        return words_for(settings, 1200);
    };
    // 254 * 6 + 1 = 1525 sums of one 8-bit value, and 1525^3 < 2^32 < 1779^3.
    EXPECT_EQ(words(6, 8), 401u);
    EXPECT_EQ(words(7, 8), 601u);
    EXPECT_EQ(words(258, 8), 601u);
    EXPECT_EQ(words(18, 4), 301u);
    EXPECT_EQ(words(116, 4), 401u);
    settings = settings_of(CodecKind::kFixedPoint);
    EXPECT_EQ(words_for(settings, 1200), 1201u);
    settings.kind = CodecKind::kSparse;
    EXPECT_EQ(words_for(settings, 1200), 241u);
    settings.kind = CodecKind::kSparseQuantised;
    EXPECT_EQ(words_for(settings, 1200), 81u);
    EXPECT_EQ(words_for(settings, 1), 2u);
}

TEST(CodecSettings, refuses_what_could_carry_and_says_what_to_change) {
    CodecSettings settings = settings_of(CodecKind::kQuantised);
    settings.max_sites = 259;
    const Status refused = check(settings, 10);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), ErrorCode::kInvalidArgument);
    EXPECT_EQ(refused.error().message(),
              "overflow: sums of 8-bit values over 259 sites leave no room for two in a word; plan for at "
              "most 258 sites, bits 7, or without quantising");
    settings.bits = 7;
    EXPECT_TRUE(check(settings, 10));
    settings.bits = 1;
    EXPECT_FALSE(check(settings, 10));
    settings.bits = 17;
    EXPECT_FALSE(check(settings, 10));
    settings.bits = 2;
    settings.max_sites = 40'000;
    EXPECT_FALSE(check(settings, 10));
    settings.max_sites = 4'000'000;
    settings.kind = CodecKind::kFixedPoint;
    EXPECT_TRUE(check(settings, 10).error().message().starts_with("overflow"));
}

TEST(CodecSettings, refuses_fractions_that_are_none) {
    for (const double wrong : {0.0, -0.1, 1.1, std::nan("")}) {
        CodecSettings settings = settings_of(CodecKind::kSparse);
        settings.keep_fraction = wrong;
        EXPECT_FALSE(check(settings, 10)) << wrong;
    }
    CodecSettings settings = settings_of(CodecKind::kSparse);
    settings.top_fraction = std::nan("");
    EXPECT_FALSE(check(settings, 10));
    settings.top_fraction = 1;  // nothing else would ever be sent
    EXPECT_FALSE(check(settings, 10));
    settings.keep_fraction = 1;
    EXPECT_TRUE(check(settings, 10));
    EXPECT_FALSE(check(settings, 0));
    EXPECT_FALSE(check(settings, std::uint64_t{1} << 32));
    settings.kind = static_cast<CodecKind>(7);
    EXPECT_FALSE(check(settings, 10));
}

}  // namespace
}  // namespace huizhen::compression
