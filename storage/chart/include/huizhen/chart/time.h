#pragma once

// A point in time as hospitals write it: often only a day, a month or a year, often without a zone.

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace huizhen::chart {

enum class Precision { kYear, kMonth, kDay, kMinute, kSecond };

struct Time {
    std::chrono::sys_seconds start{};  // of the year, the month, ... that is meant
    Precision precision = Precision::kSecond;

    friend bool operator==(const Time&, const Time&) = default;
};

// "2026-03", "2026-03-01T08:15:30Z": ISO 8601, as exact as the time is.
std::string to_text(const Time& time);

// The same, with or without a fraction and a zone; nullopt where it is no time. `without_zone`: added to
// local time to get UTC where the text names no zone.
std::optional<Time> read_iso_time(std::string_view text, std::chrono::seconds without_zone);

// The form of HL7 v2 and DICOM: YYYY[MM[DD[HHMM[SS[.F...]]]]][+/-ZZZZ].
std::optional<Time> read_packed_time(std::string_view text, std::chrono::seconds without_zone);

}  // namespace huizhen::chart
