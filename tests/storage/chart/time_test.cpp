#include <gtest/gtest.h>

#include <huizhen/chart/time.h>

namespace huizhen::chart {
namespace {

constexpr std::chrono::hours kBeijing{-8};  // added to local time to get UTC

std::string iso(std::string_view text) {
    const auto time = read_iso_time(text, kBeijing);
    return time ? to_text(*time) : "no time";
}
std::string packed(std::string_view text) {
    const auto time = read_packed_time(text, kBeijing);
    return time ? to_text(*time) : "no time";
}

TEST(Time, IsAsExactAsItWasWritten) {
    EXPECT_EQ(iso("2026"), "2026");
    EXPECT_EQ(iso("2026-03"), "2026-03");
    EXPECT_EQ(iso("2026-03-01"), "2026-03-01");
    EXPECT_EQ(packed("2026"), "2026");
    EXPECT_EQ(packed("202603"), "2026-03");
    EXPECT_EQ(packed("20260301"), "2026-03-01");
    EXPECT_EQ(packed("202603010815Z"), "2026-03-01T08:15Z");
}

TEST(Time, WithoutAZoneIsTheHospitals) {
    EXPECT_EQ(iso("2026-03-01T07:15:30"), "2026-02-28T23:15:30Z");
    EXPECT_EQ(packed("20260301071530"), "2026-02-28T23:15:30Z");
}

TEST(Time, WithAZoneIsThatZones) {
    EXPECT_EQ(iso("2026-03-01T07:15:30.250+01:00"), "2026-03-01T06:15:30Z");
    EXPECT_EQ(iso("2026-03-01T07:15:30Z"), "2026-03-01T07:15:30Z");
    EXPECT_EQ(packed("20260301071530.2500-0330"), "2026-03-01T10:45:30Z");
}

TEST(Time, ADayHasNoZone) { EXPECT_EQ(packed("20260301+0800"), "2026-03-01"); }

TEST(Time, RefusesWhatIsNone) {
    for (const char* text :
         {"", "x", "26", "2026-13", "2026-02-30", "2026-03-01T25:00", "2026-03-01T07:15:30+99:00",
          "2026-03-01Tx", "2026-", "2026-03-01T07:15:30Z more"}) {
        EXPECT_EQ(iso(text), "no time") << text;
    }
    for (const char* text :
         {"", "x", "26", "202613", "20260230", "2026030125", "20260301071", "20260301+", "00000101"}) {
        EXPECT_EQ(packed(text), "no time") << text;
    }
}

}  // namespace
}  // namespace huizhen::chart
