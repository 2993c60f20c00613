#include <gtest/gtest.h>

#include <huizhen/identity/revocation_list.h>

#include "authority.h"

namespace huizhen::identity {
namespace {

TEST(RevocationList, is_read_as_it_was_written) {
    const Authority authority;
    const std::vector<Revocation> written{{Serial{1, 2, 3}, RevocationReason::kUnspecified, kNow},
                                          {Serial{7}, RevocationReason::kCaCompromise, kNow + days(1)}};
    const std::string pem = authority.root.revocation_list_pem(written, {kNow, kNow + days(9), 2});
    const auto read = read_revocation_list(pem, authority.root.certificate());
    ASSERT_TRUE(read) << read.error().to_string();
    ASSERT_EQ(read->size(), 2U);
    for (const Revocation& one : *read) EXPECT_NE(std::ranges::find(written, one), written.end());
    EXPECT_TRUE(read_revocation_list(authority.root.revocation_list_pem({}, {kNow, kNow + days(9), 1}),
                                     authority.root.certificate())
                    ->empty());
}

TEST(RevocationList, of_another_key_or_changed_on_the_way_is_refused) {
    const Authority authority;
    const std::vector<Revocation> written{{Serial{1, 2, 3}, RevocationReason::kUnspecified, kNow}};
    const ListDates dates{kNow, kNow + days(9), 2};
    const std::string pem = authority.root.revocation_list_pem(written, dates);
    EXPECT_TRUE(refused(read_revocation_list(authority.issuing.revocation_list_pem(written, dates),
                                             authority.root.certificate()),
                        refusal::kListForged));
    for (const std::string& bad : {std::string(), std::string("no list"), authority.root.certificate().pem(),
                                   pem + pem, std::string(2 << 20, 'x')})
        EXPECT_TRUE(
            refused(read_revocation_list(bad, authority.root.certificate()), refusal::kListMalformed));
    for (std::size_t i = 40; i + 40 < pem.size(); i += 7) {
        std::string changed = pem;
        if (changed[i] == '\n') continue;
        changed[i] = changed[i] == 'A' ? 'B' : 'A';
        EXPECT_FALSE(read_revocation_list(changed, authority.root.certificate())) << i;
    }
}

}  // namespace
}  // namespace huizhen::identity
