#include <huizhen/base/text.h>

namespace huizhen {
namespace {

TEST(WithoutControls, keeps_text_and_line_ends_and_nothing_that_steers_a_terminal) {
    EXPECT_EQ(without_controls("a\x1b[31m\n\x7f", "?", "\n"), "a?[31m\n?");
    EXPECT_EQ(without_controls("\xc2\x9b"
                               "31m \xc2\xa0 王",
                               "?", ""),
              "?31m \xc2\xa0 王");
    EXPECT_EQ(without_controls(std::string_view("\0\xc2", 2), "?", "\n"), "?\xc2");
    EXPECT_EQ(without_controls("\t\n", "", "\n"), "\n");
}

}  // namespace
}  // namespace huizhen
