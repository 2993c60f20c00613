#pragma once

// Messages that were refused, as they came, with the reason: to be mended and replayed, or thrown away by a
// person. Which patient one is about nobody knows, so erasure cannot find it: give them a short life
// (retention.h).

#include <optional>

#include <huizhen/cases/case_book.h>

namespace huizhen::cases {

inline constexpr std::size_t kMaxLetterBytes = 32 << 20;
inline constexpr std::int64_t kMaxOpenLetters = 100'000;

enum class LetterState { kOpen = 0, kReplayed = 1, kDiscarded = 2 };

struct DeadLetter {
    DeadLetterKey key;
    std::string source, reason;
    Time when;
    LetterState state = LetterState::kOpen;
    std::int64_t attempts = 0;  // replays that failed
    std::int64_t bytes = 0;
};

// `source` and `reason` hold no patient data. kLimitExceeded: "letter-too-big", "dead-letters-full".
Result<DeadLetterKey> keep_dead_letter(CaseBook& book, const Transaction& transaction,
                                       std::string_view source, std::string_view reason,
                                       vault::BytesView bytes, const By& by);

Result<std::vector<DeadLetter>> dead_letters(CaseReader& reader, LetterState state, DeadLetterKey after,
                                             std::int64_t limit);
// To try it again, or to show it. kNotFound, "no-such-letter".
Result<Bytes> read_dead_letter(CaseReader& reader, DeadLetterKey key);

// It was understood at last: in the transaction of what it said. kInvalidArgument, "letter-closed".
Status mark_replayed(CaseBook& book, const Transaction& transaction, DeadLetterKey key, const By& by);
Status note_failed_replay(CaseBook& book, const Transaction& transaction, DeadLetterKey key,
                          std::string_view reason, const By& by);
Status discard_dead_letter(CaseBook& book, const Transaction& transaction, DeadLetterKey key, const By& by);

}  // namespace huizhen::cases
