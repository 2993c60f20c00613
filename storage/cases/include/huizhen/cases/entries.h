#pragma once

// What the hospital's systems say beside the images, and which of it belongs to a study. Matched by patient
// number and by accession number, then by time; what does not fit is a conflict (conflicts.h), never a guess.

#include <optional>

#include <huizhen/cases/studies.h>
#include <huizhen/chart/update.h>

namespace huizhen::cases {

inline constexpr std::size_t kMaxEntryBytes = 16 << 20;

struct Applied {
    bool again = false;  // this message, with this content, was here before: nothing changed
    int added = 0, replaced = 0, same = 0, outdated = 0;
    std::vector<StudyKey> touched;  // unsigned cases whose inputs changed
};

// Patients, merges and entries of one message. An entry with the sender's number replaces what it said
// before, unless it was sent earlier than that: then it is history. kInvalidArgument, "no-patient-id";
// kLimitExceeded, "entry-too-big".
Result<Applied> apply(CaseBook& book, const Transaction& transaction, const chart::Update& update,
                      const By& by);

struct StoredEntry {
    EntryKey key;
    std::int64_t version = 1;
    bool current = true;
    Time arrived;
    std::string source;
    chart::Entry entry;
};

// In force now, withdrawn ones too, in the order they came.
Result<std::vector<StoredEntry>> entries_of(CaseReader& reader, PatientKey patient);
// Every version, oldest first.
Result<std::vector<StoredEntry>> versions_of(CaseReader& reader, EntryKey entry);

// Around the time of a study.
struct Window {
    std::chrono::hours before = std::chrono::days(400);
    std::chrono::hours after = std::chrono::days(1);
};
// Of the study's patient: those that name its accession number, and those that name no other and whose own
// time lies in the window. None without a time, none withdrawn; none at all while the study's patient is not
// known.
Result<std::vector<StoredEntry>> entries_for(CaseReader& reader, StudyKey study, const Window& window = {});

// The entry's own time: of the sample, the report, the beginning.
std::optional<chart::Time> time_of(const chart::Entry& entry);

}  // namespace huizhen::cases
