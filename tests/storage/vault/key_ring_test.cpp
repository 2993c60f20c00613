#include <huizhen/test_support/data.h>
#include <huizhen/vault/key_ring_file.h>
#include <huizhen/vault/opener.h>

namespace huizhen::vault {
namespace {

class KeyRingTest : public ::testing::Test {
  protected:
    KeyRingTest() { EXPECT_TRUE(create_key_ring(path, ring, master, random)); }
    bool opens_with(const MasterKey& key) { return read_key_ring(path, key).has_value(); }
    Bytes sealed() {
        const std::array masters = {&master, &other};
        return seal_key_ring(ring, masters, random);
    }
    std::string name_of_error(BytesView file) {
        const auto result = open_key_ring(file, master);
        return result ? "opened" : result.error().message().substr(0, result.error().message().find(':'));
    }
    RandomSource& random = system_random();
    testing::TemporaryFolder folder;
    std::filesystem::path path = folder.path() / "keys.ring";
    MasterKey master = MasterKey::generate(random), other = MasterKey::generate(random);
    KeyRing ring = KeyRing::generate(random);
};

TEST_F(KeyRingTest, opens_under_its_master_alone) {
    EXPECT_TRUE(opens_with(master));
    const auto refused = read_key_ring(path, other);
    EXPECT_EQ(refused.error().code(), ErrorCode::kPermissionDenied);
    EXPECT_NE(refused.error().message().find("wrong-master-key: "), std::string::npos);
    EXPECT_TRUE(create_key_ring(path, ring, master, random).error().message().starts_with("already-there: "));
    EXPECT_EQ(std::filesystem::status(path).permissions(), std::filesystem::perms(0600));
}

TEST_F(KeyRingTest, a_new_master_key_rewrites_no_data_and_locks_nobody_out_on_the_way) {
    const Bytes data = seal(ring, view_of("c"), view_of("data"), random);
    ASSERT_TRUE(add_master(path, master, other, random));
    EXPECT_TRUE(opens_with(master));
    EXPECT_TRUE(opens_with(other));
    ASSERT_TRUE(keep_only_master(path, other, random));
    EXPECT_FALSE(opens_with(master));
    const KeyRing again = read_key_ring(path, other).value();
    EXPECT_TRUE(open(again, view_of("c"), data));
    EXPECT_TRUE(open(ring, view_of("c"), data)) << "a running process goes on";
}

TEST_F(KeyRingTest, a_new_wrapping_key_seals_and_the_old_one_still_opens) {
    const Bytes before = seal(ring, view_of("c"), view_of("data"), random);
    const KeyId old = ring.current_id();
    ASSERT_TRUE(rotate_wrapping_key(path, ring, master, random));
    EXPECT_NE(ring.current_id(), old);
    const Bytes after = seal(ring, view_of("c"), view_of("data"), random);
    const KeyRing again = read_key_ring(path, master).value();
    EXPECT_EQ(again.wrapping_keys(), 2u);
    EXPECT_EQ(again.current_id(), ring.current_id());
    EXPECT_TRUE(open(again, view_of("c"), before));
    EXPECT_TRUE(open(again, view_of("c"), after));
    EXPECT_TRUE(again.derive("x") == ring.derive("x"));
}

TEST_F(KeyRingTest, a_change_of_master_that_is_under_way_is_finished_before_another_begins) {
    ASSERT_TRUE(add_master(path, master, other, random));
    EXPECT_TRUE(add_master(path, master, other, random)) << "again, after a crash";
    const MasterKey third = MasterKey::generate(random);
    EXPECT_TRUE(
        add_master(path, master, third, random).error().message().starts_with("master-change-open: "));
    EXPECT_TRUE(rotate_wrapping_key(path, ring, master, random)
                    .error()
                    .message()
                    .starts_with("master-change-open: "));
    EXPECT_TRUE(opens_with(master));
    EXPECT_TRUE(opens_with(other));
    EXPECT_EQ(ring.wrapping_keys(), 1u);
    ASSERT_TRUE(keep_only_master(path, master, random));
    EXPECT_TRUE(rotate_wrapping_key(path, ring, master, random));
}

TEST_F(KeyRingTest, is_bounded) {
    while (ring.wrapping_keys() < KeyRing::kMaxWrappingKeys) ASSERT_TRUE(ring.add_wrapping_key(random));
    EXPECT_EQ(ring.add_wrapping_key(random).error().code(), ErrorCode::kLimitExceeded);
    EXPECT_TRUE(open_key_ring(sealed(), master));
}

TEST_F(KeyRingTest, every_bit_and_every_length_matters) {
    const Bytes whole = sealed();
    ASSERT_TRUE(open_key_ring(whole, master));
    for (std::size_t bit = 0; bit < 8 * whole.size(); ++bit) {
        Bytes spoilt = whole;
        spoilt[bit / 8] ^= static_cast<std::uint8_t>(1 << bit % 8);
        ASSERT_FALSE(open_key_ring(spoilt, master)) << bit;
    }
    for (std::size_t size = 0; size < whole.size(); ++size) {
        ASSERT_FALSE(open_key_ring(BytesView(whole).first(size), master)) << size;
    }
}

TEST_F(KeyRingTest, what_breaks_the_format_is_named) {
    const Bytes whole = sealed();
    const auto with = [&](std::size_t at, std::uint8_t value) {
        Bytes changed = whole;
        changed[at] = value;
        return changed;
    };
    EXPECT_EQ(name_of_error({}), "ring-malformed");
    EXPECT_EQ(name_of_error(with(0, 'X')), "ring-malformed");
    EXPECT_EQ(name_of_error(with(8, 2)), "ring-too-new");
    EXPECT_EQ(name_of_error(with(9, 0)), "ring-malformed");
    EXPECT_EQ(name_of_error(with(9, 200)), "ring-malformed");
    EXPECT_EQ(name_of_error(BytesView(whole).first(60)), "ring-truncated");
    EXPECT_EQ(name_of_error(BytesView(whole).first(whole.size() - 1)), "ring-truncated");
    EXPECT_EQ(name_of_error(with(whole.size() - 1, static_cast<std::uint8_t>(~whole.back()))),
              "ring-damaged");
    Bytes longer = whole;
    longer.push_back(0);
    EXPECT_EQ(name_of_error(longer), "ring-malformed");
}

}  // namespace
}  // namespace huizhen::vault
