#include "authority.h"

namespace huizhen::identity {
namespace {

class Requests : public ::testing::Test {
  protected:
    secagg::SeededRandom random = random_from(5);
    PrivateKey key = PrivateKey::generate(random), next = PrivateKey::generate(random);
};

TEST_F(Requests, say_role_name_and_key) {
    const Bytes der = make_request(key, Role::kOperator, "li.wei").value();
    for (const Bytes& bytes : {der, bytes_of(request_pem(der))}) {
        const auto request = read_request(bytes).value();
        EXPECT_EQ(request.role, Role::kOperator);
        EXPECT_EQ(request.name, "li.wei");
        EXPECT_EQ(request.public_key, key.public_key());
    }
    EXPECT_TRUE(refused(make_request(key, Role::kSite, "A B"), refusal::kNameMalformed));
}

TEST_F(Requests, every_changed_byte_is_noticed) {
    const Bytes der = make_request(key, Role::kSite, "a").value();
    for (std::size_t at = 0; at < der.size(); ++at) {
        Bytes changed = der;
        changed[at] ^= 1;
        EXPECT_FALSE(read_request(changed)) << at;
    }
    Bytes forged = der;
    forged.back() ^= 1;
    EXPECT_TRUE(refused(read_request(forged), refusal::kRequestForged));
    Bytes longer = der;
    longer.push_back(0);
    EXPECT_TRUE(refused(read_request(longer), refusal::kRequestMalformed));
    EXPECT_TRUE(refused(read_request(Bytes(5000)), refusal::kRequestTooLarge));
    EXPECT_TRUE(refused(read_request(Bytes(100'000)), refusal::kRequestTooLarge));
}

TEST_F(Requests, are_for_the_name_invited) {
    const auto request = read_request(make_request(key, Role::kSite, "a").value()).value();
    EXPECT_TRUE(check_request_is_for(request, Role::kSite, "a"));
    EXPECT_TRUE(refused(check_request_is_for(request, Role::kSite, "b"), refusal::kRequestOtherName));
    EXPECT_TRUE(refused(check_request_is_for(request, Role::kOperator, "a"), refusal::kRequestOtherName));
}

TEST_F(Requests, a_renewal_is_signed_by_both_keys) {
    PeerIdentity current;
    current.name = "a";
    current.public_key = key.public_key();
    const Bytes der = make_request(next, Role::kSite, "a").value();
    const Bytes proof = prove_renewal(der, key);
    EXPECT_EQ(check_renewal(der, proof, current)->public_key, next.public_key());
    // As PEM, which is how it travels.
    EXPECT_TRUE(check_renewal(bytes_of(request_pem(der)), proof, current));
    EXPECT_TRUE(refused(check_renewal(der, prove_renewal(der, next), current), refusal::kRenewalForged));
    EXPECT_TRUE(refused(check_renewal(der, key.sign(der), current), refusal::kRenewalForged));
    EXPECT_TRUE(refused(check_renewal(der, Bytes(), current), refusal::kRenewalForged));
    const Bytes other = make_request(next, Role::kSite, "b").value();
    EXPECT_TRUE(
        refused(check_renewal(other, prove_renewal(other, key), current), refusal::kRequestOtherName));
    const Bytes same = make_request(key, Role::kSite, "a").value();
    EXPECT_TRUE(refused(check_renewal(same, prove_renewal(same, key), current), refusal::kRequestOldKey));
}

}  // namespace
}  // namespace huizhen::identity
