#pragma once

// The cases as a clinician wants them: STAT first, then what needs a person, then urgent, then the rest,
// signed ones last; within each the newest first. However many cases there are, a page costs a page.

#include <huizhen/cases/studies.h>

namespace huizhen::cases {

struct Filter {
    std::vector<CaseState> states = {};            // none: all
    std::vector<chart::Priority> priorities = {};  // none: all
    std::optional<bool> needs_review = {};
    std::optional<Time> arrived_from = {}, arrived_until = {};  // [from, until)
    // A whole patient number of any authority, or a whole accession number; at most kMaxFound cases have it.
    Phi<std::string> number = {};
};
inline constexpr std::int64_t kMaxFound = 1000;

// Where a page ended.
struct Place {
    int rank = 0;
    std::int64_t arrived_us = 0, study = 0;
};

struct Worklist {
    std::vector<Case> cases;  // the patient as the hospital's systems say, where the study is assigned
    std::optional<Place> next;
};

inline constexpr std::int64_t kMaxWorklistPage = 200;

Result<Worklist> worklist(CaseReader& reader, const Filter& filter, const std::optional<Place>& after = {},
                          std::int64_t limit = 50);

// Cases that changed since `revision` (of a Case), oldest change first: live updates. Erased ones are not
// among them.
Result<std::vector<Case>> changed_since(CaseReader& reader, std::int64_t revision, std::int64_t limit);

struct CaseCounts {
    std::array<std::int64_t, kCaseStates> by_state{};
    std::int64_t needs_review = 0;
};
Result<CaseCounts> count_cases(CaseReader& reader);

}  // namespace huizhen::cases
