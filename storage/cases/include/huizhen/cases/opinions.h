#pragma once

// What clinicians say to a diagnosis: corrections and signatures, by account. Only ever added.

#include <huizhen/cases/diagnoses.h>

namespace huizhen::cases {

inline constexpr std::size_t kMaxOpinionBytes = 1 << 20;

enum class OpinionKind { kCorrection = 1, kSignOff = 2 };

struct Opinion {
    OpinionKey key;
    StudyKey study;
    DiagnosisKey diagnosis;
    OpinionKind kind = OpinionKind::kCorrection;
    std::string account;
    Time when;
    Bytes content;  // the caller's words, sealed
};

// By `by.who`. A signed case needs a new signature after it.
Result<OpinionKey> correct(CaseBook& book, const Transaction& transaction, DiagnosisKey diagnosis,
                           const Bytes& content, const By& by);

// kInvalidArgument: "newer-diagnosis", this is not the last one; "not-diagnosed", the case is receiving,
// failed or waits for its diagnosis; "conflict-open".
Result<OpinionKey> sign_off(CaseBook& book, const Transaction& transaction, DiagnosisKey diagnosis,
                            const Bytes& content, const By& by);

// Oldest first.
Result<std::vector<Opinion>> opinions_of(CaseReader& reader, StudyKey study);

enum class ReportState { kPreliminary, kFinal, kAmended };  // amended: signed more than once
Result<ReportState> report_state(CaseReader& reader, StudyKey study);

}  // namespace huizhen::cases
