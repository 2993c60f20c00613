#include <huizhen/cases/dead_letters.h>

#include "sealing.h"

namespace huizhen::cases {

Result<DeadLetterKey> keep_dead_letter(CaseBook& book, const Transaction& transaction,
                                       std::string_view source, std::string_view reason,
                                       vault::BytesView bytes, const By& by) {
    const Core& core = writing(book, transaction);
    if (bytes.size() > kMaxLetterBytes) {
        return fail(ErrorCode::kLimitExceeded,
                    "letter-too-big: it is over " + std::to_string(kMaxLetterBytes >> 20) + " MiB");
    }
    HZ_ASSIGN(const auto open,
              db(core).value<std::int64_t>("SELECT count(*) FROM dead_letters WHERE state = 0"));
    if (open.value_or(0) >= kMaxOpenLetters) {
        return fail(ErrorCode::kLimitExceeded, "dead-letters-full: replay or discard some");
    }
    HZ_ASSIGN(const std::int64_t number, next_number(core));
    HZ_TRY(db(core).run("INSERT INTO dead_letters VALUES (?1, ?2, ?3, ?4, 0, 0, ?5, ?6)",
                        {number, source, reason, now_us(core), static_cast<std::int64_t>(bytes.size()),
                         seal_bytes(core, "dead_letters", number, bytes)}));
    HZ_TRY(record(core, transaction, "keep-dead-letter", by, {}, reason.substr(0, 256)));
    return DeadLetterKey{number};
}

Result<std::vector<DeadLetter>> dead_letters(CaseReader& reader, LetterState state, DeadLetterKey after,
                                             std::int64_t limit) {
    std::vector<DeadLetter> letters;
    HZ_TRY(each_row(db(reader.core()),
                    "SELECT id, source, reason, when_us, attempts, bytes FROM dead_letters "
                    "WHERE state = ?1 AND id > ?2 ORDER BY id LIMIT ?3",
                    {number_of(state), after.value, std::clamp<std::int64_t>(limit, 1, 1000)},
                    [&](const Rows& rows) -> Status {
                        DeadLetter& letter = letters.emplace_back();
                        letter.state = state;
                        HZ_ASSIGN(letter.key.value, rows.get<std::int64_t>(0));
                        HZ_ASSIGN(letter.source, rows.get<std::string>(1));
                        HZ_ASSIGN(letter.reason, rows.get<std::string>(2));
                        HZ_ASSIGN(letter.when, get_time(rows, 3));
                        HZ_ASSIGN(letter.attempts, rows.get<std::int64_t>(4));
                        HZ_ASSIGN(letter.bytes, rows.get<std::int64_t>(5));
                        return {};
                    }));
    return letters;
}

namespace {

tl::unexpected<Error> no_such_letter() {
    return fail(ErrorCode::kNotFound, "no-such-letter: it is not here, or its time was over");
}

Status change(CaseBook& book, const Transaction& transaction, DeadLetterKey key, std::string_view sql,
              std::string_view reason, std::string_view what, const By& by) {
    const Core& core = writing(book, transaction);
    HZ_ASSIGN(const auto state,
              db(core).value<std::int64_t>("SELECT state FROM dead_letters WHERE id = ?1", {key.value}));
    if (!state) return no_such_letter();
    if (*state != number_of(LetterState::kOpen)) {
        return fail(ErrorCode::kInvalidArgument, "letter-closed: it was replayed or discarded already");
    }
    HZ_TRY(db(core).run(sql, {key.value, reason}));
    return record(core, transaction, what, by, {});
}

}  // namespace

Result<Bytes> read_dead_letter(CaseReader& reader, DeadLetterKey key) {
    const Core& core = reader.core();
    HZ_ASSIGN(const auto sealed,
              db(core).value<Blob>("SELECT sealed FROM dead_letters WHERE id = ?1", {key.value}));
    if (!sealed) return no_such_letter();
    return open_bytes(core, "dead_letters", key.value, *sealed);
}

Status mark_replayed(CaseBook& book, const Transaction& transaction, DeadLetterKey key, const By& by) {
    return change(book, transaction, key, "UPDATE dead_letters SET state = 1 WHERE id = ?1 AND ?2 = ''", "",
                  "replay-dead-letter", by);
}

Status note_failed_replay(CaseBook& book, const Transaction& transaction, DeadLetterKey key,
                          std::string_view reason, const By& by) {
    return change(book, transaction, key,
                  "UPDATE dead_letters SET attempts = attempts + 1, reason = ?2 WHERE id = ?1", reason,
                  "replay-dead-letter-again", by);
}

Status discard_dead_letter(CaseBook& book, const Transaction& transaction, DeadLetterKey key, const By& by) {
    return change(book, transaction, key, "UPDATE dead_letters SET state = 2 WHERE id = ?1 AND ?2 = ''", "",
                  "discard-dead-letter", by);
}

}  // namespace huizhen::cases
