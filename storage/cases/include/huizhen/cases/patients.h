#pragma once

// Patients under all their numbers. An id is normalised before it is hashed: blanks around it go, an
// authority's case and all behind its first "&" (HL7's universal id) do too, and Options say which
// authorities are one.

#include <optional>

#include <huizhen/cases/case_book.h>
#include <huizhen/chart/patient.h>

namespace huizhen::cases {

struct StoredPatient {
    PatientKey key;
    chart::Patient patient;                 // an alias has no ids any more
    std::optional<PatientKey> merged_into;  // then this is an alias
};

// The patient who has the number now, after all merges.
Result<std::optional<PatientKey>> find_patient(CaseReader& reader, const chart::PatientId& id);
// kNotFound, "no-such-patient".
Result<StoredPatient> read_patient(CaseReader& reader, PatientKey key);

struct PastPatient {
    Time replaced;
    std::string who, source;
    chart::Patient patient;  // without ids
};
// What was said before, oldest first.
Result<std::vector<PastPatient>> past_of(CaseReader& reader, PatientKey key);

// A person's word on name, birth and sex. What it leaves empty stays; what was said before is kept.
Status correct_patient(CaseBook& book, const Transaction& transaction, PatientKey key,
                       const chart::Patient& says, const By& by);

// Two numbers were one person: ids, studies and entries of `gone` go to `kept`, and `gone` stays as an alias.
// kInvalidArgument, "same-patient".
Result<MergeKey> merge_patients(CaseBook& book, const Transaction& transaction, PatientKey gone,
                                PatientKey kept, const By& by);
// Everything that came under the ids of `gone`, before the merge and after it, goes back. kInvalidArgument:
// "merge-undone"; "later-merge-first", where `kept` was merged on.
Status undo_merge(CaseBook& book, const Transaction& transaction, MergeKey merge, const By& by);

struct Merge {
    MergeKey key;
    PatientKey gone, kept;
    Time when;
    std::string who;
    std::optional<Time> undone;
    std::string undone_by;
};
// That this patient had part in, oldest first.
Result<std::vector<Merge>> merges_of(CaseReader& reader, PatientKey key);

}  // namespace huizhen::cases
