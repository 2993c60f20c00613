#pragma once

// What two sources say and cannot both be true. Kept, named, and left to a person.

#include <optional>

#include <huizhen/cases/intake.h>

namespace huizhen::cases {

enum class ConflictKind {
    kInstanceDiffers = 1,            // other bytes under a UID that is here; held
    kStudyOfTwoPatients = 2,         // an image of the study names another patient; held
    kSeriesOfTwoStudies = 3,         // a series comes in another study; held
    kNoPatientId = 4,                // the images name nobody: the study is nobody's
    kPatientDiffers = 5,             // birth or sex are not those of the number's patient: nobody's
    kIdsOfTwoPatients = 6,           // one message names two known patients as one
    kAccessionOfAnotherPatient = 7,  // an entry and the study of its accession number name two patients
    kEntryOfTwoPatients = 8,  // the sender's number of an entry is known under another patient; both kept
};
std::string_view conflict_name(ConflictKind kind);  // "instance-differs"

struct Conflict {
    ConflictKey key;
    ConflictKind kind{};
    Time when;
    std::optional<StudyKey> study;
    std::optional<PatientKey> patient, other;  // candidates
    std::int64_t held = 0;                     // instances that wait for the decision
    std::optional<Time> solved;
    std::string solved_by, solution;
};

inline constexpr std::int64_t kMaxConflictPage = 500;
Result<std::vector<Conflict>> open_conflicts(CaseReader& reader, ConflictKey after, std::int64_t limit);
Result<std::vector<Conflict>> conflicts_of(CaseReader& reader, StudyKey study);  // solved ones too
Result<std::vector<NewInstance>> held_instances(CaseReader& reader, ConflictKey conflict);

// A person's decisions. kNotFound, "no-such-conflict"; kInvalidArgument, "conflict-solved".

// What is here stays; held instances go, and the same ones sent again are acknowledged and not kept.
Status keep_first(CaseBook& book, const Transaction& transaction, ConflictKey conflict, const By& by);
// The held instances take the place of those here, or join the study; the case is receiving again.
Status take_held(CaseBook& book, const Transaction& transaction, ConflictKey conflict, const By& by);

// Whose the study is; solves what asked that. Without a patient: somebody new, as the images say.
Result<PatientKey> assign_study(CaseBook& book, const Transaction& transaction, StudyKey study,
                                std::optional<PatientKey> patient, const By& by);

}  // namespace huizhen::cases
