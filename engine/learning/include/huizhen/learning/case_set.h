#pragma once

// The cases of one learning task at one site, as they lie sealed in the node's data folder.
//
// Format 1, numbers little-endian:
//   "HZCASES", u8 version = 1, u16 size and task ("ct-crops/1"), u32 cases, then for each, ids ascending:
//   id[16], patient[16], u8 fold, u8 labels, f32[labels] (NaN: not known), f32 size mm (NaN: not known),
//   f32 spacing mm, u16 side, i16[side * side], u32 size and text

#include <array>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include <huizhen/base/result.h>

namespace huizhen::learning {

// Names nobody: made from an identifier under the site's key.
using Mark = std::array<std::uint8_t, 16>;

inline constexpr int kFolds = 5;
inline constexpr float kUnknown = std::numeric_limits<float>::quiet_NaN();

inline constexpr std::size_t kMaxCases = 1'000'000, kMaxLabels = 32, kMaxSide = 512;
inline constexpr std::size_t kMaxTextBytes = std::size_t{1} << 20, kMaxCaseSetBytes = std::size_t{2} << 30;

struct Case {
    Mark id{};
    Mark patient{};
    // By a hash of the patient's identifier alone, the same at every hospital and for every import: all cases
    // of a patient are on one side of any split.
    int fold = 0;
    std::vector<float> labels;  // in the order of the task's heads: 0, 1 or kUnknown
    float size_mm = kUnknown;   // for size-controlled figures; never an input
    // A picture in HU, rows from front to back, or a text; what the task wants.
    float spacing_mm = 0;
    int side = 0;
    std::vector<std::int16_t> hu;
    std::string text;
};

struct CaseSet {
    std::string task;
    std::vector<Case> cases;
};

struct CaseCounts {
    std::size_t cases = 0, patients = 0, held_out_cases = 0, held_out_patients = 0;
    std::vector<std::size_t> known, positives;  // by head
};
// Of `heads` heads; held out: those of fold `held_out_fold`.
CaseCounts count_cases(const CaseSet& set, std::size_t heads, int held_out_fold = 0);

// Sorts by id; of two cases with one id the later one in `set` stays.
void put_in_order(CaseSet& set);

// Wants the order of put_in_order(). kLimitExceeded names the limit.
Result<std::vector<std::uint8_t>> encode(const CaseSet& set);
// kMalformedInput, kUnsupported (a newer version), kLimitExceeded. Nothing is allocated that the bytes do not
// pay for.
Result<CaseSet> decode_case_set(std::span<const std::uint8_t> bytes);

}  // namespace huizhen::learning
