#include <huizhen/identity/issuance_log.h>

#include "authority.h"

namespace huizhen::identity {
namespace {

class IssuanceLog : public ::testing::Test {
  protected:
    LogHead head_after(std::span<const LogEntry> list, LogHead head = {}) const {
        for (const LogEntry& entry : list) head = append(head, entry);
        return head;
    }
    Authority authority;
    std::vector<LogEntry> entries{log_entry(authority.server().peer, kNow),
                                  log_entry(authority.enrol("a").peer, kNow + 1s),
                                  log_entry(authority.enrol("b").peer, kNow + 2s)};
};

TEST_F(IssuanceLog, is_followed_from_any_head) {
    const LogHead all = head_after(entries);
    EXPECT_EQ(all.count, 3u);
    EXPECT_EQ(follow({}, entries, all).value(), all);
    const LogHead one = head_after(std::span(entries).first(1));
    EXPECT_EQ(follow(one, std::span(entries).subspan(1), all).value(), all);
    EXPECT_EQ(follow(all, {}, all).value(), all);
}

TEST_F(IssuanceLog, nothing_shown_can_be_taken_back) {
    const LogHead seen = head_after(entries);
    auto other = entries;
    other[1].name = "c";
    other.push_back(log_entry(authority.enrol("d").peer, kNow));
    EXPECT_TRUE(
        refused(follow(seen, std::span(other).subspan(3), head_after(other)), refusal::kLogRewritten));
    EXPECT_TRUE(refused(follow(seen, {}, head_after(std::span(entries).first(2))), refusal::kLogRewritten));
    EXPECT_TRUE(refused(follow({}, std::span(entries).first(2), seen), refusal::kLogRewritten));
    auto longer = entries;
    longer[0].name = std::string(300, 'a');
    EXPECT_TRUE(refused(follow({}, longer, seen), refusal::kNameMalformed));
}

TEST_F(IssuanceLog, every_field_is_in_the_hash) {
    const LogHead before = head_after(std::span(entries).first(2));
    const LogHead head = append(before, entries[2]);
    for (int field = 0; field < 5; ++field) {
        LogEntry changed = entries[2];
        if (field == 0) changed.role = Role::kOperator;
        if (field == 1) changed.name = "x";
        if (field == 2) changed.serial[15] ^= 1;
        if (field == 3) changed.fingerprint[31] ^= 1;
        if (field == 4) changed.issued += 1s;
        EXPECT_NE(append(before, changed), head) << field;
    }
    EXPECT_NE(append({1, before.hash}, entries[2]).hash, head.hash);
}

TEST_F(IssuanceLog, the_code_can_be_read_over_the_telephone) {
    LogHead head;
    head.hash = sha256(std::as_bytes(std::span("abc", 3)));  // ba7816bf 8f01cfea 414140de ...
    // Crockford's base32 of that, worked out by another program.
    EXPECT_EQ(comparison_code(head), "Q9W1D-FWF07-7YMGA-183F5");
}

}  // namespace
}  // namespace huizhen::identity
