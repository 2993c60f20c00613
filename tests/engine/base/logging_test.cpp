#include <huizhen/base/logging.h>
#include <huizhen/base/phi.h>

namespace huizhen {
namespace {

TEST(Logging, a_value_cannot_end_its_line_or_fake_a_field) {
    ::testing::internal::CaptureStderr();
    log::warning("series refused", {{"reason", "gap\nlevel=\"error\""}});
    const std::string line = ::testing::internal::GetCapturedStderr();
    EXPECT_THAT(line, ::testing::EndsWith("warning series refused reason=\"gap level=\\\"error\\\"\"\n"));
    EXPECT_EQ(std::count(line.begin(), line.end(), '\n'), 1);
}

TEST(Logging, phi_is_not_a_field_value) {
    static_assert(std::is_constructible_v<log::Field, std::string_view, std::string>);
    static_assert(!std::is_constructible_v<log::Field, std::string_view, Phi<std::string>>);
}

TEST(Logging, says_nothing_below_its_level) {
    ::testing::internal::CaptureStderr();
    log::set_level(log::Level::kError);
    log::info("quiet");
    log::set_level(log::Level::kInfo);
    EXPECT_EQ(::testing::internal::GetCapturedStderr(), "");
}

}  // namespace
}  // namespace huizhen
