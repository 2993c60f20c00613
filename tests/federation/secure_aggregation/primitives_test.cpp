#include <huizhen/base/sha256.h>
#include <huizhen/secure_aggregation/key_derivation.h>
#include <huizhen/secure_aggregation/share_cipher.h>
#include <huizhen/secure_aggregation/signature.h>

#include "test_bytes.h"

namespace huizhen::secagg {
namespace {

PublicKey key_from_hex(std::string_view text) {
    PublicKey key{};
    const Bytes bytes = from_hex(text);
    std::copy(bytes.begin(), bytes.end(), key.begin());
    return key;
}

// RFC 7748, section 6.1.
TEST(KeyAgreement, keeps_the_vectors_of_rfc_7748) {
    const Secret32 alice =
                       secret_from_hex("77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a"),
                   bob = secret_from_hex("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb"),
                   shared =
                       secret_from_hex("4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742");
    const PublicKey alice_public =
                        key_from_hex("8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a"),
                    bob_public =
                        key_from_hex("de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f");
    EXPECT_EQ(public_key_of(alice), alice_public);
    EXPECT_TRUE(agree(alice, bob_public).value() == shared);
    EXPECT_TRUE(agree(bob, alice_public).value() == shared);
}

TEST(KeyAgreement, refuses_a_key_of_small_order) {
    SeededRandom random = random_from(1);
    const KeyPair pair = KeyPair::generate(random);
    const auto refused = agree(pair.private_key, PublicKey{});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), ErrorCode::kIntegrity);
}

// RFC 5869, appendix A.1 to A.3.
TEST(KeyDerivation, keeps_the_vectors_of_rfc_5869) {
    Bytes out(42);
    hkdf_sha256(Bytes(22, 0x0b), from_hex("000102030405060708090a0b0c"), from_hex("f0f1f2f3f4f5f6f7f8f9"),
                out);
    EXPECT_EQ(to_hex(out),
              "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865");
    Bytes key(80), salt(80), info(80);
    for (std::size_t i = 0; i < 80; ++i) {
        key[i] = static_cast<std::uint8_t>(i);
        salt[i] = static_cast<std::uint8_t>(0x60 + i);
        info[i] = static_cast<std::uint8_t>(0xb0 + i);
    }
    out.resize(82);
    hkdf_sha256(key, salt, info, out);
    EXPECT_EQ(to_hex(out),
              "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271cb41c65e590e"
              "09da3275"
              "600c2f09b8367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87");
    out.resize(42);
    hkdf_sha256(Bytes(22, 0x0b), {}, {}, out);
    EXPECT_EQ(to_hex(out),
              "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8");
}

// NIST SP 800-38A, F.5.5 starts its counter elsewhere; this is AES-256 of zero blocks 0 and 1 under key zero.
TEST(SeededRandom, is_the_aes_256_ctr_stream) {
    SeededRandom random{Secret32()};
    Bytes stream(32);
    random.fill(stream);
    EXPECT_EQ(to_hex(stream), "dc95c078a2408989ad48a21492842087530f8afbc74536b9a963b4f1c4cb738b");
}

TEST(SeededRandom, goes_on_where_it_stopped_whatever_the_steps) {
    SeededRandom whole = random_from(7), parts = random_from(7);
    Bytes expected(10'000), got(10'000);
    whole.fill(expected);
    std::size_t at = 0;
    for (std::size_t step = 1; at < got.size(); at += step, step += 3) {
        step = std::min(step, got.size() - at);
        parts.fill(std::span(got).subspan(at, step));
    }
    EXPECT_EQ(got, expected);
}

TEST(ShareCipher, opens_only_what_was_sealed_for_it) {
    SeededRandom random = random_from(2);
    const Secret32 key = secret_of(3);
    const Bytes plain = bytes_of("two shares"), to = bytes_of("A to B");
    const Bytes box = seal(key, plain, to, random);
    Bytes out(plain.size());
    ASSERT_TRUE(open(key, box, to, out));
    EXPECT_EQ(out, plain);

    EXPECT_EQ(open(key, box, bytes_of("A to C"), out).error().code(), ErrorCode::kIntegrity);
    EXPECT_EQ(out, Bytes(plain.size()));
    EXPECT_FALSE(open(secret_of(4), box, to, out));
    for (std::size_t i = 0; i < box.size(); ++i) {
        Bytes changed = box;
        changed[i] ^= 1;
        EXPECT_FALSE(open(key, changed, to, out)) << i;
    }
    EXPECT_EQ(open(key, BytesView(box).first(box.size() - 1), to, out).error().code(),
              ErrorCode::kMalformedInput);
    EXPECT_NE(seal(key, plain, to, random), box);
}

// RFC 8032, section 7.1, test 2.
TEST(Signature, keeps_the_vector_of_rfc_8032) {
    const Ed25519Signer signer(
        secret_from_hex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb"));
    EXPECT_EQ(to_hex(signer.public_key()),
              "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
    const Bytes message = {0x72}, signature = signer.sign(message);
    EXPECT_EQ(to_hex(signature),
              "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d"
              "8c387b2e"
              "aeb4302aeeb00d291612bb0c00");
    const Ed25519Directory directory({{SiteId("a"), signer.public_key()}});
    EXPECT_TRUE(directory.verify(SiteId("a"), message, signature));
    EXPECT_EQ(directory.verify(SiteId("b"), message, signature).error().code(), ErrorCode::kNotFound);
    EXPECT_EQ(directory.verify(SiteId("a"), bytes_of("other"), signature).error().code(),
              ErrorCode::kIntegrity);
    EXPECT_FALSE(directory.verify(SiteId("a"), message, BytesView(signature).first(63)));
}

}  // namespace
}  // namespace huizhen::secagg
