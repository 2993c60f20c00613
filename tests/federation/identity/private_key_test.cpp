#include <ostream>

#include <huizhen/identity/invitation.h>

#include "authority.h"

namespace huizhen::identity {
namespace {

TEST(PrivateKey, comes_back_from_pem_and_signs_the_same) {
    auto random = random_from(3);
    const PrivateKey key = PrivateKey::generate(random);
    const SecretText pem = key.to_pem();
    const std::string_view text = pem.reveal_secret("a test's key");
    EXPECT_TRUE(text.starts_with("-----BEGIN PRIVATE KEY-----"));
    const PrivateKey again = PrivateKey::from_pem(text).value();
    const Bytes message = bytes_of("a message");
    EXPECT_EQ(again.public_key(), key.public_key());
    EXPECT_EQ(again.sign(message), key.sign(message));
    EXPECT_TRUE(is_signed_by(key.public_key(), message, again.sign(message)));
    EXPECT_FALSE(is_signed_by(key.public_key(), bytes_of("another"), again.sign(message)));
}

TEST(PrivateKey, text_that_is_no_key_is_refused) {
    auto random = random_from(3);
    const SecretText pem = PrivateKey::generate(random).to_pem();
    std::string spoilt(pem.reveal_secret("a test's key"));
    spoilt[40] ^= 1;
    EXPECT_TRUE(refused(PrivateKey::from_pem(spoilt), refusal::kKeyMalformed));
    EXPECT_TRUE(refused(PrivateKey::from_pem(""), refusal::kKeyMalformed));
    EXPECT_TRUE(refused(PrivateKey::from_pem(std::string(100'000, 'A')), refusal::kKeyMalformed));
    // Sealed, and nobody is asked for its passphrase.
    const std::string sealed =
        PrivateKey::generate(random).seal(SecretText("correct horse battery"), random).value();
    EXPECT_TRUE(refused(PrivateKey::from_pem(sealed), refusal::kKeyMalformed));
}

TEST(PrivateKey, opens_under_its_passphrase_alone) {
    auto random = random_from(4);
    const PrivateKey key = PrivateKey::generate(random);
    EXPECT_TRUE(refused(key.seal(SecretText("short"), random), refusal::kPassphraseWeak));
    const std::string sealed = key.seal(SecretText("correct horse battery"), random).value();
    EXPECT_EQ(PrivateKey::unseal(sealed, SecretText("correct horse battery"))->public_key(),
              key.public_key());
    EXPECT_TRUE(
        refused(PrivateKey::unseal(sealed, SecretText("correct horse batterz")), refusal::kPassphraseWrong));
    EXPECT_TRUE(
        refused(PrivateKey::unseal("no key", SecretText("correct horse battery")), refusal::kKeyMalformed));
    EXPECT_NE(sealed, *key.seal(SecretText("correct horse battery"), random));  // another salt
}

template <typename T>
concept Printable = requires(std::ostream& out, const T& value) {
    out << value;
};
template <typename T>
concept Copyable = std::is_copy_constructible_v<T> || std::is_copy_assignable_v<T>;

TEST(Secrets, cannot_be_printed_or_copied) {
    static_assert(!Printable<SecretText> && !Printable<PrivateKey> && !Printable<InvitationSecret>);
    static_assert(!Printable<Invitation>);
    static_assert(!Copyable<SecretText> && !Copyable<PrivateKey> && !Copyable<Invitation>);
    static_assert(!Copyable<IssuingAuthority> && !Copyable<RootAuthority>);
}

}  // namespace
}  // namespace huizhen::identity
