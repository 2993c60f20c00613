#pragma once

// How a case goes on. Its diagnosis and signature stand in diagnoses.h and opinions.h.

#include <huizhen/cases/studies.h>

namespace huizhen::cases {

// A case that is to be diagnosed; `inputs` is what to hand back with the diagnosis.
struct Ready {
    StudyKey study;
    std::int64_t inputs = 0;
    chart::Priority priority = chart::Priority::kRoutine;
};

// Cases without a new image for `quiet`, at most `limit` of them, the longest quiet first.
Result<std::vector<Ready>> complete_quiet(CaseBook& book, const Transaction& transaction,
                                          std::chrono::milliseconds quiet, std::int64_t limit, const By& by);
// When the next one will have been quiet for so long.
Result<std::optional<Time>> next_complete(CaseReader& reader, std::chrono::milliseconds quiet);

// Because somebody asks; whatever state it is in, it is to be diagnosed (again).
Result<Ready> complete_now(CaseBook& book, const Transaction& transaction, StudyKey study, const By& by);

// Where its inputs are still the ones of `ready`. `by.why` says why: no patient data.
Status mark_failed(CaseBook& book, const Transaction& transaction, const Ready& ready, const By& by);

Status set_priority(CaseBook& book, const Transaction& transaction, StudyKey study, chart::Priority priority,
                    const By& by);

}  // namespace huizhen::cases
