#include <huizhen/vault/key_ring.h>
#include <huizhen/vault/keyed_hash.h>

namespace huizhen::vault {
namespace {

Key key_of(std::uint8_t byte) {
    Key key;
    std::ranges::fill(key.mutable_bytes(), byte);
    return key;
}

TEST(KeyedHash, is_hmac_sha256) {
    // RFC 4231, test case 1, whose key of 20 bytes 0x0b is the same as with zeros up to the block's 64.
    Key key;
    std::fill_n(key.mutable_bytes().begin(), 20, std::uint8_t{0x0b});
    KeyedHash hash(key);
    hash.update(view_of("Hi "));
    hash.update(view_of("There"));
    EXPECT_EQ(to_hex(hash.finish()), "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
}

TEST(KeyedHash, fields_do_not_run_together) {
    const Key key = key_of(1);
    EXPECT_EQ(keyed_hash(key, {"ab", "c"}), keyed_hash(key, {"ab", "c"}));
    EXPECT_NE(keyed_hash(key, {"ab", "c"}), keyed_hash(key, {"a", "bc"}));
    EXPECT_NE(keyed_hash(key, {"ab", ""}), keyed_hash(key, {"ab"}));
    EXPECT_NE(keyed_hash(key, {"ab"}), keyed_hash(key_of(2), {"ab"}));
}

TEST(KeyedHash, a_ring_gives_every_purpose_its_own_key_for_ever) {
    KeyRing ring = KeyRing::generate(system_random());
    const Key ids = ring.derive("patient ids");
    EXPECT_TRUE(ids == ring.derive("patient ids"));
    EXPECT_FALSE(ids == ring.derive("object names"));
    ASSERT_TRUE(ring.add_wrapping_key(system_random()));
    EXPECT_TRUE(ids == ring.derive("patient ids"));
}

}  // namespace
}  // namespace huizhen::vault
