#include <concepts>
#include <sstream>

#include <huizhen/base/clock.h>
#include <huizhen/base/phi.h>
#include <huizhen/base/result.h>

namespace huizhen {
namespace {

Result<int> doubled(Result<int> in) {
    HZ_ASSIGN(const int value, std::move(in));
    return 2 * value;
}

TEST(Result, carries_a_value_or_the_first_error) {
    EXPECT_EQ(doubled(21).value(), 42);
    const auto failed = doubled(fail(ErrorCode::kIo, "disk"));
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().within("a.dcm").to_string(), "io: a.dcm: disk");
}

template <typename T>
concept Printable = requires(std::ostream& out, const T& value) {
    out << value;
};

TEST(Phi, cannot_be_printed) {
    static_assert(Printable<std::string>);
    static_assert(!Printable<Phi<std::string>>);
    static_assert(!std::convertible_to<Phi<std::string>, std::string>);
    EXPECT_EQ(Phi<std::string>("x").reveal_phi("this test compares it"), "x");
}

TEST(Clock, writes_utc) {
    ManualClock clock;
    clock.advance(std::chrono::hours(24));
    EXPECT_EQ(to_iso8601(clock.now()), "1970-01-02T00:00:00Z");
}

}  // namespace
}  // namespace huizhen
