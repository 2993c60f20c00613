#pragma once

// Rows of the case book: a number that is given once and never again. It says nothing about anybody.

#include <compare>
#include <cstdint>

namespace huizhen::cases {

template <typename Tag>
struct RowKey {
    std::int64_t value = 0;
    friend auto operator<=>(const RowKey&, const RowKey&) = default;
};

using PatientKey = RowKey<struct PatientTag>;
using MergeKey = RowKey<struct MergeTag>;
using StudyKey = RowKey<struct StudyTag>;
using SeriesKey = RowKey<struct SeriesTag>;
using EntryKey = RowKey<struct EntryTag>;
using DiagnosisKey = RowKey<struct DiagnosisTag>;
using OpinionKey = RowKey<struct OpinionTag>;
using ConflictKey = RowKey<struct ConflictTag>;
using DeadLetterKey = RowKey<struct DeadLetterTag>;

}  // namespace huizhen::cases
