#include <huizhen/cases/retention.h>

#include "removal.h"

namespace huizhen::cases {

namespace {

// Whatever was longer ago.
std::optional<std::int64_t> before(const std::optional<std::chrono::hours>& age, Time now) {
    if (!age) return std::nullopt;
    return to_us(now - *age);
}

// changed_us moves with every image, diagnosis, opinion and decision.
constexpr std::string_view kOldCases =
    "SELECT id FROM studies s WHERE state = 4 AND changed_us < ?1 AND review = 0 AND unsettled = 0 AND "
    "NOT EXISTS (SELECT 1 FROM conflicts c WHERE c.study = s.id AND c.solved_us IS NULL) "
    "ORDER BY changed_us LIMIT ?2";
// Nobody who has a case or is in an open conflict.
constexpr std::string_view kOldPatients =
    "SELECT id FROM patients p WHERE changed_us < ?1 AND merged_into IS NULL AND "
    "NOT EXISTS (SELECT 1 FROM studies s WHERE s.patient = p.id) AND "
    "NOT EXISTS (SELECT 1 FROM entries e WHERE e.patient = p.id AND e.arrived_us >= ?1) AND "
    "NOT EXISTS (SELECT 1 FROM conflicts c WHERE (c.patient = p.id OR c.other = p.id) AND c.solved_us IS "
    "NULL) "
    "ORDER BY changed_us LIMIT ?2";

Result<MayGo> may_go(const Core& core, const RetentionRules& rules, Time now, std::int64_t limit) {
    MayGo go;
    if (const auto old = before(rules.signed_cases, now)) {
        HZ_ASSIGN(go.cases, keys_of<StudyKey>(core, kOldCases, {*old, limit}));
    }
    if (const auto old = before(rules.patients, now)) {
        HZ_ASSIGN(go.patients, keys_of<PatientKey>(core, kOldPatients, {*old, limit}));
    }
    if (const auto old = before(rules.dead_letters, now)) {
        HZ_ASSIGN(const auto letters, db(core).value<std::int64_t>(
                                          "SELECT count(*) FROM dead_letters WHERE when_us < ?1", {*old}));
        go.dead_letters = std::min(limit, letters.value_or(0));
    }
    if (const auto old = before(rules.messages, now)) {
        HZ_ASSIGN(const auto messages, db(core).value<std::int64_t>(
                                           "SELECT count(*) FROM messages WHERE arrived_us < ?1", {*old}));
        go.messages = std::min(limit, messages.value_or(0));
    }
    return go;
}

}  // namespace

Result<MayGo> what_may_go(CaseReader& reader, const RetentionRules& rules, Time now, std::int64_t limit) {
    return may_go(reader.core(), rules, now, limit);
}

Result<MayGo> let_go(CaseBook& book, const Transaction& transaction, const RetentionRules& rules,
                     std::int64_t limit, const By& by) {
    const Core& core = writing(book, transaction);
    HZ_ASSIGN(const MayGo go, may_go(core, rules, core.clock->now(), limit));
    for (const StudyKey study : go.cases) {
        HZ_ASSIGN(const auto patient, db(core).value<std::optional<std::int64_t>>(
                                          "SELECT patient FROM studies WHERE id = ?1", {study.value}));
        HZ_TRY(remove_study(core, study));
        std::optional<PatientKey> about;
        if (patient && *patient) about = PatientKey{**patient};
        HZ_TRY(record(core, transaction, "let-case-go", by, about));
    }
    for (const PatientKey patient : go.patients) {
        HZ_TRY(record(core, transaction, "let-patient-go", by, patient));
        HZ_ASSIGN(const auto all, with_aliases(core, patient));
        for (const PatientKey one : all) HZ_TRY(remove_patient_rows(core, one));
    }
    if (go.dead_letters > 0) {
        HZ_TRY(
            db(core).run("DELETE FROM dead_letters WHERE id IN (SELECT id FROM dead_letters WHERE "
                         "when_us < ?1 ORDER BY when_us LIMIT ?2)",
                         {*before(rules.dead_letters, core.clock->now()), limit}));
        HZ_TRY(record(core, transaction, "let-dead-letters-go", by, {}, std::to_string(go.dead_letters)));
    }
    if (go.messages > 0) {
        HZ_TRY(
            db(core).run("DELETE FROM messages WHERE hash IN (SELECT hash FROM messages WHERE "
                         "arrived_us < ?1 ORDER BY arrived_us LIMIT ?2)",
                         {*before(rules.messages, core.clock->now()), limit}));
    }
    return go;
}

}  // namespace huizhen::cases
