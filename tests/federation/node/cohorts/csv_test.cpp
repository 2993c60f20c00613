#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <huizhen/node/cohorts/csv.h>

namespace huizhen::node {
namespace {

TEST(Csv, reads_plain_and_quoted_fields_with_either_line_end) {
    const auto table = parse_csv("\xEF\xBB\xBFname,score\r\n\"Li, \"\"A\"\"\",3.5\n\"two\nlines\",\n");
    ASSERT_TRUE(table) << table.error().to_string();
    EXPECT_THAT(table->columns(), testing::ElementsAre("name", "score"));
    ASSERT_EQ(table->rows(), 2U);
    EXPECT_EQ(table->at(0, 0), "Li, \"A\"");
    EXPECT_EQ(table->number(0, 1), 3.5);
    EXPECT_EQ(table->at(1, 0), "two\nlines");
    EXPECT_EQ(table->number(1, 1), std::nullopt);
}

TEST(Csv, a_number_is_the_whole_field_and_finite) {
    const auto table = parse_csv("a,b,c,d\n1e3,nan,12x,inf\n");
    ASSERT_TRUE(table);
    EXPECT_EQ(table->number(0, 0), 1000.0);
    for (std::size_t column = 1; column < 4; ++column) EXPECT_EQ(table->number(0, column), std::nullopt);
}

TEST(Csv, skips_empty_lines_but_not_empty_fields_of_a_single_column) {
    EXPECT_EQ(parse_csv("a,b\n1,2\n\n")->rows(), 1U);
    EXPECT_EQ(parse_csv("a\n\n1\n")->rows(), 2U);
}

TEST(Csv, refuses_what_breaks_the_format_and_says_where) {
    for (const auto& [text, line] : {std::pair{"a,b\n1,2\n3\n", "line 3"},
                                     {"a,b\n1,\"2\n", "line 3"},
                                     {"a,b\n1,\"2\"x\n", "line 2"},
                                     {"a,b\n1,2\"\n", "line 2"}}) {
        const auto table = parse_csv(text);
        ASSERT_FALSE(table) << text;
        EXPECT_EQ(table.error().code(), ErrorCode::kMalformedInput);
        EXPECT_THAT(table.error().message(), testing::HasSubstr(line));
    }
    EXPECT_FALSE(parse_csv(""));
}

TEST(Csv, refuses_endless_columns) {
    const auto table = parse_csv(std::string(kMaxCsvColumns + 1, ','));
    ASSERT_FALSE(table);
    EXPECT_EQ(table.error().code(), ErrorCode::kLimitExceeded);
}

TEST(Csv, refuses_endless_rows) {
    const auto table = parse_csv(std::string(kMaxCsvFields + 2, '\n'));
    ASSERT_FALSE(table);
    EXPECT_EQ(table.error().code(), ErrorCode::kLimitExceeded);
}

TEST(Csv, names_a_missing_column) {
    const auto column = parse_csv("a,b\n")->column("score");
    ASSERT_FALSE(column);
    EXPECT_THAT(column.error().message(), testing::HasSubstr("score"));
}

}  // namespace
}  // namespace huizhen::node
