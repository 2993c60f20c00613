#include <set>

#include <huizhen/cases/entries.h>

#include "case_rows.h"
#include "conflict_rows.h"
#include "patient_rows.h"

namespace huizhen::cases {

namespace {

// What is filed of an entry.
struct Draft {
    std::string text;  // as JSON
    Sha256Digest origin{}, content{};
    std::optional<Sha256Digest> accession;
    chart::Priority priority = chart::Priority::kRoutine;
};

class Application {
  public:
    Application(const Core& core, const chart::Update& update, const By& by)
        : core_(core), update_(update), by_(by) {
        if (update.sent) sent_us_ = to_us(update.sent->start);
    }

    Result<Applied> run(const Transaction& transaction);

  private:
    Result<bool> was_here();
    Status apply_to(const Transaction& transaction, const chart::PatientUpdate& update);
    Result<bool> merge(const Transaction& transaction, const chart::PatientId& gone, PatientKey kept);
    Status file(const Filed& filed, const chart::Entry& entry);
    Result<Draft> draft(const chart::Entry& entry) const;
    Status match_accession(const Filed& filed, const Draft& draft);

    const Core& core_;
    const chart::Update& update_;
    const By& by_;
    std::int64_t sent_us_ = 0;
    Applied applied_;
    std::set<StudyKey> touched_;
    bool chart_changed_ = false;  // of the patient at hand
};

// By its number and what it says: senders count anew after a restart, and a number alone would lose what they
// say.
Result<bool> Application::was_here() {
    if (update_.message_id.empty()) return false;
    Json json = Json::array();
    for (const chart::PatientUpdate& one : update_.patients) {
        Json& said = json.emplace_back();
        said["patient"] = to_json(one.patient);
        if (one.merge) said["gone"] = to_json(one.merge->gone.reveal_phi("to know the message again"));
        for (const chart::Entry& entry : one.entries) said["entries"].push_back(to_json(entry));
    }
    const Sha256Digest hash =
        vault::keyed_hash(core_.search, {"message", update_.source, update_.message_id, to_text(json)});
    HZ_TRY(db(core_).run("INSERT OR IGNORE INTO messages VALUES (?1, ?2)", {hash, now_us(core_)}));
    return db(core_).rows_changed() == 0;
}

Result<Applied> Application::run(const Transaction& transaction) {
    HZ_ASSIGN(applied_.again, was_here());
    if (applied_.again) {
        HZ_TRY(record(core_, transaction, "apply-message", by_, {}, "again: nothing changed"));
        return applied_;
    }
    for (const chart::PatientUpdate& one : update_.patients) HZ_TRY(apply_to(transaction, one));
    applied_.touched.assign(touched_.begin(), touched_.end());
    return applied_;
}

Result<bool> Application::merge(const Transaction& transaction, const chart::PatientId& gone,
                                PatientKey kept) {
    const chart::PatientId normal = normal_id(core_.options, gone);
    if (normal.value.empty()) return fail(ErrorCode::kInvalidArgument, "no-patient-id: nobody to merge");
    HZ_ASSIGN(auto whose, patient_of(core_, hash_of_id(core_, normal)));
    if (!whose) {  // never heard of: from now on it means the one who is kept, and can be taken back
        HZ_ASSIGN(whose, add_patient(core_, {}, 0));
        HZ_TRY(add_id(core_, *whose, normal));
    }
    if (*whose == kept) return false;
    HZ_TRY(merge_rows(core_, *whose, kept, by_.who));
    HZ_TRY(record(core_, transaction, "merge-patients", by_, *whose, "said by the hospital's system"));
    HZ_TRY(record(core_, transaction, "merge-patients", by_, kept, "said by the hospital's system"));
    return true;
}

Status Application::apply_to(const Transaction& transaction, const chart::PatientUpdate& update) {
    const Said said{
        .patient = update.patient, .source = update_.source, .sent_us = sent_us_, .word = Word::kReplaces};
    HZ_ASSIGN(const Filed filed, file_patient(core_, said, by_.who));
    const Applied before = applied_;
    bool merged = false;
    if (update.merge) {
        HZ_ASSIGN(merged, merge(transaction, update.merge->gone.reveal_phi("to merge it"), filed.patient));
    }
    chart_changed_ = filed.changed;
    for (const chart::Entry& entry : update.entries) HZ_TRY(file(filed, entry));
    if (merged || chart_changed_) {
        HZ_ASSIGN(const auto touched, touch_cases_of(core_, filed.patient));
        touched_.insert(touched.begin(), touched.end());
    }
    return record(core_, transaction, "apply-message", by_, filed.patient,
                  std::to_string(applied_.added - before.added) + " added, " +
                      std::to_string(applied_.replaced - before.replaced) + " replaced, " +
                      std::to_string(applied_.same - before.same) + " same, " +
                      std::to_string(applied_.outdated - before.outdated) + " outdated");
}

Result<Draft> Application::draft(const chart::Entry& entry) const {
    Draft draft;
    draft.text = to_text(to_json(entry));
    if (draft.text.size() > kMaxEntryBytes) {
        return fail(ErrorCode::kLimitExceeded,
                    "entry-too-big: an entry is over " + std::to_string(kMaxEntryBytes >> 20) + " MiB");
    }
    draft.content = hash_of(core_, "entry content", draft.text, "");
    // Without a number, the content is the number.
    draft.origin = entry.source_id.empty() ? hash_of(core_, "entry content of", update_.source, draft.text)
                                           : hash_of(core_, "entry", update_.source, entry.source_id);
    draft.accession = hash_of_accession(core_, entry.accession_number);
    if (const auto* order = std::get_if<chart::Order>(&entry.content)) {
        if (const auto orders = hash_of_accession(core_, order->accession_number)) draft.accession = orders;
        if (order->state != chart::State::kWithdrawn) draft.priority = order->priority;
    }
    return draft;
}

struct Standing {
    std::int64_t id = 0, version = 0, sent_us = 0;
    PatientKey patient;
    Sha256Digest content{};
};

Result<std::optional<Standing>> standing(const Core& core, const Sha256Digest& origin) {
    HZ_ASSIGN(Rows rows, db(core).query("SELECT id, version, sent_us, patient, content FROM entries "
                                        "WHERE origin = ?1 AND current = 1",
                                        {origin}));
    HZ_ASSIGN(const bool found, rows.next());
    if (!found) return std::optional<Standing>();
    Standing entry;
    HZ_ASSIGN(entry.id, rows.get<std::int64_t>(0));
    HZ_ASSIGN(entry.version, rows.get<std::int64_t>(1));
    HZ_ASSIGN(entry.sent_us, rows.get<std::int64_t>(2));
    HZ_ASSIGN(entry.patient.value, rows.get<std::int64_t>(3));
    HZ_ASSIGN(entry.content, get_hash(rows, 4));
    return std::optional<Standing>(entry);
}

Status Application::file(const Filed& filed, const chart::Entry& entry) {
    HZ_ASSIGN(Draft draft, this->draft(entry));
    HZ_ASSIGN(auto before, standing(core_, draft.origin));
    if (before && before->patient != filed.patient) {
        if (!entry.source_id.empty()) {
            HZ_TRY(open_conflict(
                core_, {.kind = ConflictKind::kEntryOfTwoPatients,
                        .subject = std::to_string(before->id) + " " + std::to_string(filed.patient.value),
                        .patient = filed.patient,
                        .other = before->patient}));
        }
        draft.origin =
            vault::keyed_hash(core_.search, {"entry of one patient", to_hex(draft.origin), to_hex(filed.id)});
        HZ_ASSIGN(before, standing(core_, draft.origin));
    }
    if (before && before->content == draft.content) {
        ++applied_.same;
        return {};
    }
    const bool outdated = before && sent_us_ != 0 && sent_us_ < before->sent_us;
    HZ_ASSIGN(const auto last,
              db(core_).value<std::int64_t>("SELECT coalesce(max(version), 0) FROM entries WHERE origin = ?1",
                                            {draft.origin}));
    if (before && !outdated) {
        HZ_TRY(db(core_).run("UPDATE entries SET current = 0 WHERE id = ?1", {before->id}));
    }
    HZ_ASSIGN(const std::int64_t number, next_number(core_));
    HZ_TRY(db(core_).run(
        "INSERT INTO entries VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
        {number, filed.patient.value, filed.id, draft.origin, draft.content, or_null(draft.accession),
         update_.source, last.value_or(0) + 1, std::int64_t{!outdated}, number_of(draft.priority),
         now_us(core_), sent_us_, seal_bytes(core_, "entries", number, vault::view_of(draft.text))}));
    if (outdated) {
        ++applied_.outdated;
        return {};
    }
    ++(before ? applied_.replaced : applied_.added);
    chart_changed_ = true;
    return match_accession(filed, draft);
}

Status Application::match_accession(const Filed& filed, const Draft& draft) {
    if (!draft.accession) return {};
    HZ_ASSIGN(const auto studies,
              keys_of<StudyKey>(core_, "SELECT id FROM studies WHERE accession = ?1 AND patient IS NOT NULL",
                                {*draft.accession}));
    for (const StudyKey study : studies) {
        HZ_ASSIGN(const StudyRow row, read_study_row(core_, study));
        if (row.patient == filed.patient) {
            HZ_TRY(db(core_).run("UPDATE studies SET priority = max(priority, ?2) WHERE id = ?1",
                                 {study.value, number_of(draft.priority)}));
        } else {
            HZ_TRY(open_conflict(
                core_, {.kind = ConflictKind::kAccessionOfAnotherPatient,
                        .subject = std::to_string(study.value) + " " + std::to_string(filed.patient.value),
                        .study = study,
                        .patient = row.patient,
                        .other = filed.patient}));
        }
        HZ_TRY(case_changed(core_, study));
    }
    return {};
}

}  // namespace

Result<Applied> apply(CaseBook& book, const Transaction& transaction, const chart::Update& update,
                      const By& by) {
    return Application(writing(book, transaction), update, by).run(transaction);
}

}  // namespace huizhen::cases
