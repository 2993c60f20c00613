#include <gtest/gtest.h>

#include <huizhen/record_codes/quantity.h>

namespace huizhen::records {
namespace {

TEST(Number, is_wholly_one) {
    EXPECT_EQ(read_number("7.20"), 7.2);
    EXPECT_EQ(read_number(" +3 "), 3.0);
    EXPECT_EQ(read_number("-0.5"), -0.5);
    EXPECT_EQ(read_number(".5"), 0.5);
    EXPECT_EQ(read_number("1e3"), 1000.0);
    for (const char* text :
         {"", " ", "7,2", "inf", "nan", "-nan", "1e999", "0x10", "++1", "-", "7 mg", "1.2.3", "+-1"})
        EXPECT_FALSE(read_number(text)) << text;
}

TEST(Quantity, keeps_its_comparator) {
    EXPECT_EQ(read_quantity("<0.01")->comparator, "<");
    EXPECT_EQ(read_quantity("<0.01")->value, 0.01);
    EXPECT_EQ(read_quantity(">= 60")->comparator, ">=");
    EXPECT_EQ(read_quantity("\xE2\x89\xA4 5")->comparator, "<=");
    EXPECT_EQ(read_quantity("5")->comparator, "");
    EXPECT_FALSE(read_quantity("<"));
    EXPECT_FALSE(read_quantity("<>5"));
}

TEST(Range, is_read_as_laboratories_write_it) {
    const auto range = [](std::string_view text) {
        const auto found = read_range(text);
        return found ? std::pair(found->low.value_or(-1), found->high.value_or(-1)) : std::pair(-9.0, -9.0);
    };
    EXPECT_EQ(range("3.5-5.1"), std::pair(3.5, 5.1));
    EXPECT_EQ(range(" 3.5 - 5.1 "), std::pair(3.5, 5.1));
    EXPECT_EQ(range("3.5--5.1"), std::pair(3.5, 5.1));
    EXPECT_EQ(range("3.5~5.1"), std::pair(3.5, 5.1));
    EXPECT_EQ(range("-2-3"), std::pair(-2.0, 3.0));
    EXPECT_EQ(range("<10"), std::pair(-1.0, 10.0));
    EXPECT_EQ(range(">=60"), std::pair(60.0, -1.0));
    for (const char* text : {"", "-", "negative", "5.1-3.5", "1-2-3", "10"})
        EXPECT_EQ(range(text).first, -9) << text;
}

}  // namespace
}  // namespace huizhen::records
