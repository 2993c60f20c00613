#pragma once

// A case is a study: its series, its instances, and how far it is. Looking only; intake.h and states.h change
// it.

#include <optional>

#include <huizhen/cases/case_book.h>
#include <huizhen/chart/entries.h>
#include <huizhen/chart/patient.h>

namespace huizhen::cases {

enum class CaseState {
    kReceiving = 0,  // images came lately
    kComplete = 1,   // to be diagnosed
    kDiagnosed = 2,
    kFailed = 3,  // could not be diagnosed
    kSigned = 4,
};
inline constexpr int kCaseStates = 5;

// As the images say it.
struct StudyDescription {
    chart::Patient patient;  // its first id is the one the study comes under; none where the images have none
    Phi<std::string> accession_number, description;
    std::optional<Phi<chart::Time>> when;
};

struct SeriesDescription {
    std::string modality;  // "CT"
    Phi<std::string> description;
    std::string body_part;
    std::int64_t number = 0;
};

struct Case {
    StudyKey key;
    std::string uid;
    std::optional<PatientKey> patient;  // nobody where a conflict has to be solved first
    CaseState state = CaseState::kReceiving;
    chart::Priority priority = chart::Priority::kRoutine;
    bool needs_review = false;  // an open conflict, a doubtful diagnosis, or news since it was signed
    Time arrived, changed;      // the first image; the last image
    std::int64_t instances = 0;
    std::int64_t inputs = 0;  // grows whenever what a diagnosis rests upon changed
    std::int64_t revision =
        0;  // grows with every change of anything; of all cases, the newest has the highest
    StudyDescription description;
};

struct Series {
    SeriesKey key;
    std::string uid;
    SeriesDescription description;
    std::int64_t instances = 0;
};

struct Instance {
    std::string uid, class_uid, transfer_syntax;
    objects::ObjectName object;
    std::int64_t bytes = 0, number = 0;
};

Result<std::optional<StudyKey>> find_study(CaseReader& reader, std::string_view uid);
// kNotFound, "no-such-case".
Result<Case> read_case(CaseReader& reader, StudyKey key);
Result<std::vector<StudyKey>> cases_of(CaseReader& reader, PatientKey patient);
Result<std::vector<Series>> series_of(CaseReader& reader, StudyKey study);
// By their number, then UID.
Result<std::vector<Instance>> instances_of(CaseReader& reader, SeriesKey series);
Result<std::optional<Instance>> find_instance(CaseReader& reader, std::string_view uid);

}  // namespace huizhen::cases
