#include <gtest/gtest.h>

#include <huizhen/identity/key_code.h>

namespace huizhen::identity {
namespace {

TEST(KeyCode, is_twenty_characters_in_groups) {
    const std::string code = comparison_code(PublicKey{});
    ASSERT_EQ(code.size(), 23U);
    for (const std::size_t dash : {5U, 11U, 17U}) EXPECT_EQ(code[dash], '-');
}

TEST(KeyCode, is_read_as_a_person_types_it) {
    PublicKey key{};
    key[0] = 7;
    const std::string code = comparison_code(key);
    std::string typed;
    for (const char character : code)
        if (character != '-') typed += static_cast<char>(std::tolower(character));
    EXPECT_TRUE(is_code_of(code, key));
    EXPECT_TRUE(is_code_of(typed, key));
    EXPECT_TRUE(is_code_of(" " + typed + " ", key));
}

TEST(KeyCode, another_key_or_half_a_code_does_not_do) {
    PublicKey key{}, other{};
    other[31] = 1;
    const std::string code = comparison_code(key);
    EXPECT_FALSE(is_code_of(code, other));
    EXPECT_FALSE(is_code_of(code.substr(0, 17), key));
    EXPECT_FALSE(is_code_of(code + "0", key));
    EXPECT_FALSE(is_code_of("", key));
    EXPECT_FALSE(is_code_of("not a code at all!", key));
}

}  // namespace
}  // namespace huizhen::identity
