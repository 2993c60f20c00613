#include <huizhen/secure_aggregation/mask.h>

#include "test_bytes.h"

namespace huizhen::secagg {
namespace {

std::vector<Mask> one(std::uint8_t seed, MaskSign sign) {
    std::vector<Mask> masks(1);
    masks[0] = {secret_of(seed), sign};
    return masks;
}

TEST(Mask, is_the_key_stream_in_little_endian_words) {
    std::vector<std::uint32_t> words = {1, 0, 0, 0xFFFFFFFF, 0};
    std::vector<Mask> masks(1);  // the zero key; its stream: see SeededRandom
    apply_masks(masks, 0, words);
    EXPECT_EQ(words,
              (std::vector<std::uint32_t>{0x78c095dd, 0x898940a2, 0x14a248ad, 0x87208491, 0xfb8a0f53}));
}

TEST(Mask, taken_away_leaves_what_was_there) {
    std::vector<std::uint32_t> words(200'001, 42);
    apply_masks(one(9, MaskSign::kAdd), 0, words);
    EXPECT_TRUE(looks_uniform(words));
    apply_masks(one(9, MaskSign::kSubtract), 0, words);
    EXPECT_EQ(words, std::vector<std::uint32_t>(200'001, 42));
}

TEST(Mask, of_parts_is_the_mask_of_the_whole) {
    std::vector<Mask> masks(2);
    masks[0] = {secret_of(1), MaskSign::kAdd};
    masks[1] = {secret_of(2), MaskSign::kSubtract};
    std::vector<std::uint32_t> whole(150'003), parts(whole.size());
    apply_masks(masks, 0, whole);
    for (std::size_t at = 0; at < parts.size();) {
        const std::size_t count = std::min<std::size_t>(40'004, parts.size() - at);
        apply_masks(masks, at, std::span(parts).subspan(at, count));
        at += count;
    }
    EXPECT_EQ(parts, whole);
}

}  // namespace
}  // namespace huizhen::secagg
