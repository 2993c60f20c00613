#pragma once

// Patients as rows: filing what a message or an image says under the right one.

#include <set>

#include "chart_json.h"
#include "identity.h"

namespace huizhen::cases {

// Whose word counts: images fill what is empty, systems of the hospital replace.
enum class Word { kFills, kReplaces };

struct Said {
    const chart::Patient& patient;
    std::string_view source;
    std::int64_t sent_us = 0;  // 0: not known, counts as now
    Word word = Word::kFills;
};

Result<std::optional<PatientKey>> patient_of(const Core& core, const Sha256Digest& id);
// The same, after all merges.
Result<PatientKey> root_of(const Core& core, PatientKey patient);

// kNotFound.
Result<chart::Patient> read_demographics(const Core& core, PatientKey patient);
Result<std::vector<chart::PatientId>> ids_of(const Core& core, PatientKey patient);

Result<PatientKey> add_patient(const Core& core, const chart::Patient& says, std::int64_t sent_us);
Status add_id(const Core& core, PatientKey patient, const chart::PatientId& normal);
// Keeps what was said before. False where nothing changed.
Result<bool> update_demographics(const Core& core, PatientKey patient, const Said& said,
                                 std::string_view who);

struct Filed {
    PatientKey patient;
    Sha256Digest id{};     // the hash of the one it came under
    bool changed = false;  // name, birth or sex of somebody known
};
// The patient of the first id, made where it is unknown; further ids that are nobody's become theirs, others
// open a conflict. kInvalidArgument, "no-patient-id".
Result<Filed> file_patient(const Core& core, const Said& said, std::string_view who);

// Two that cannot be one: birth days or sexes that are both known and differ.
bool cannot_be(const chart::Patient& a, const chart::Patient& b);

// Gives the merge's number; `gone` and `kept` are no aliases.
Result<MergeKey> merge_rows(const Core& core, PatientKey gone, PatientKey kept, std::string_view who);

// Unsigned cases of a patient have other inputs now.
Result<std::vector<StudyKey>> touch_cases_of(const Core& core, PatientKey patient);

}  // namespace huizhen::cases
