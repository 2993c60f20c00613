#pragma once

// What may go by its age. A case goes only when it is signed, nothing about it is open, and no image came, no
// diagnosis was made and nobody said anything for that long: never work that is unsigned or running.

#include <huizhen/cases/case_book.h>

namespace huizhen::cases {

struct RetentionRules {  // nothing: kept for ever
    std::optional<std::chrono::hours> signed_cases = {};
    std::optional<std::chrono::hours> patients =
        {};  // who have no case and about whom nothing came for so long
    std::optional<std::chrono::hours> dead_letters = {};
    std::optional<std::chrono::hours> messages = {};  // the memory of which were here before
};

// What the rules would let go now.
struct MayGo {
    std::vector<StudyKey> cases;
    std::vector<PatientKey> patients;
    std::int64_t dead_letters = 0, messages = 0;
};
Result<MayGo> what_may_go(CaseReader& reader, const RetentionRules& rules, Time now, std::int64_t limit);

// Lets at most `limit` cases, patients, letters and messages each go. Their objects leave the store with
// finish_removals() (erasure.h).
Result<MayGo> let_go(CaseBook& book, const Transaction& transaction, const RetentionRules& rules,
                     std::int64_t limit, const By& by);

}  // namespace huizhen::cases
