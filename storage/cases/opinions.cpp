#include <huizhen/cases/opinions.h>

#include "case_rows.h"
#include "sealing.h"

namespace huizhen::cases {

namespace {

Result<StudyRow> study_of(const Core& core, DiagnosisKey diagnosis) {
    HZ_ASSIGN(const auto study,
              db(core).value<std::int64_t>("SELECT study FROM diagnoses WHERE id = ?1", {diagnosis.value}));
    if (!study) return fail(ErrorCode::kNotFound, "no-such-diagnosis: it is not here, or was erased");
    return read_study_row(core, StudyKey{*study});
}

Result<OpinionKey> add(const Core& core, StudyKey study, DiagnosisKey diagnosis, OpinionKind kind,
                       const Bytes& content, const By& by) {
    if (content.size() > kMaxOpinionBytes) {
        return fail(ErrorCode::kLimitExceeded,
                    "opinion-too-big: it is over " + std::to_string(kMaxOpinionBytes >> 20) + " MiB");
    }
    HZ_ASSIGN(const std::int64_t number, next_number(core));
    HZ_TRY(db(core).run("INSERT INTO opinions VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                        {number, study.value, diagnosis.value, number_of(kind), by.who, now_us(core),
                         seal_bytes(core, "opinions", number, content)}));
    return OpinionKey{number};
}

}  // namespace

Result<OpinionKey> correct(CaseBook& book, const Transaction& transaction, DiagnosisKey diagnosis,
                           const Bytes& content, const By& by) {
    const Core& core = writing(book, transaction);
    HZ_ASSIGN(const StudyRow row, study_of(core, diagnosis));
    HZ_ASSIGN(const OpinionKey key, add(core, row.key, diagnosis, OpinionKind::kCorrection, content, by));
    if (row.state == CaseState::kSigned) {
        HZ_TRY(db(core).run("UPDATE studies SET unsettled = 1, state = 2 WHERE id = ?1", {row.key.value}));
    }
    HZ_TRY(case_changed(core, row.key));
    HZ_TRY(record(core, transaction, "correct-diagnosis", by, row.patient));
    return key;
}

Result<OpinionKey> sign_off(CaseBook& book, const Transaction& transaction, DiagnosisKey diagnosis,
                            const Bytes& content, const By& by) {
    const Core& core = writing(book, transaction);
    HZ_ASSIGN(const StudyRow row, study_of(core, diagnosis));
    if (row.state != CaseState::kDiagnosed && row.state != CaseState::kSigned) {
        return fail(ErrorCode::kInvalidArgument, "not-diagnosed: the case waits for its diagnosis");
    }
    HZ_ASSIGN(const auto newest, db(core).value<std::optional<std::int64_t>>(
                                     "SELECT max(id) FROM diagnoses WHERE study = ?1", {row.key.value}));
    if (!newest || *newest != diagnosis.value) {
        return fail(ErrorCode::kInvalidArgument, "newer-diagnosis: look at the last one before you sign");
    }
    HZ_ASSIGN(const auto open,
              db(core).value<std::int64_t>(
                  "SELECT 1 FROM conflicts WHERE study = ?1 AND solved_us IS NULL LIMIT 1", {row.key.value}));
    if (open) return fail(ErrorCode::kInvalidArgument, "conflict-open: decide it before you sign");
    HZ_ASSIGN(const OpinionKey key, add(core, row.key, diagnosis, OpinionKind::kSignOff, content, by));
    HZ_TRY(db(core).run("UPDATE studies SET unsettled = 0 WHERE id = ?1", {row.key.value}));
    HZ_TRY(set_state(core, row.key, CaseState::kSigned));
    HZ_TRY(record(core, transaction, "sign-off", by, row.patient));
    return key;
}

Result<std::vector<Opinion>> opinions_of(CaseReader& reader, StudyKey study) {
    const Core& core = reader.core();
    std::vector<Opinion> all;
    HZ_TRY(each_row(db(core),
                    "SELECT id, diagnosis, kind, account, when_us, sealed FROM opinions WHERE study = ?1 "
                    "ORDER BY id",
                    {study.value}, [&](const Rows& rows) -> Status {
                        Opinion& opinion = all.emplace_back();
                        opinion.study = study;
                        HZ_ASSIGN(opinion.key.value, rows.get<std::int64_t>(0));
                        HZ_ASSIGN(opinion.diagnosis.value, rows.get<std::int64_t>(1));
                        HZ_ASSIGN(opinion.kind, get_as<OpinionKind>(rows, 2));
                        HZ_ASSIGN(opinion.account, rows.get<std::string>(3));
                        HZ_ASSIGN(opinion.when, get_time(rows, 4));
                        HZ_ASSIGN(const Blob sealed, rows.get<Blob>(5));
                        HZ_ASSIGN(opinion.content, open_bytes(core, "opinions", opinion.key.value, sealed));
                        return {};
                    }));
    return all;
}

Result<ReportState> report_state(CaseReader& reader, StudyKey study) {
    const Core& core = reader.core();
    HZ_ASSIGN(const StudyRow row, read_study_row(core, study));
    if (row.state != CaseState::kSigned) return ReportState::kPreliminary;
    HZ_ASSIGN(const auto signatures,
              db(core).value<std::int64_t>("SELECT count(*) FROM opinions WHERE study = ?1 AND kind = 2",
                                           {study.value}));
    return signatures.value_or(0) > 1 ? ReportState::kAmended : ReportState::kFinal;
}

}  // namespace huizhen::cases
