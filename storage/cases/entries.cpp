#include <huizhen/cases/entries.h>

#include "chart_json.h"
#include "entry_rows.h"
#include "identity.h"

namespace huizhen::cases {

namespace {

struct OwnTime {
    std::optional<chart::Time> operator()(const chart::Condition& c) const { return c.since; }
    std::optional<chart::Time> operator()(const chart::Encounter& e) const { return e.from; }
    template <typename T>
    std::optional<chart::Time> operator()(const T& happening) const {
        return happening.when;
    }
};

// A year or a month may mean any of its days: it lies within where all of them do.
bool lies_within(const chart::Time& time, std::chrono::sys_seconds from, std::chrono::sys_seconds until) {
    using namespace std::chrono;
    seconds length(0);
    switch (time.precision) {
        case chart::Precision::kYear: length = days(366); break;
        case chart::Precision::kMonth: length = days(31); break;
        case chart::Precision::kDay: break;  // the study's is often no more exact
        case chart::Precision::kMinute: break;
        case chart::Precision::kSecond: break;
    }
    return time.start >= from && time.start + length <= until;
}

}  // namespace

std::optional<chart::Time> time_of(const chart::Entry& entry) { return std::visit(OwnTime(), entry.content); }

Result<std::vector<StoredEntry>> entries_of(CaseReader& reader, PatientKey patient) {
    return entries_where(reader.core(), "WHERE patient = ?1 AND current = 1 ORDER BY id", {patient.value});
}

Result<std::vector<StoredEntry>> versions_of(CaseReader& reader, EntryKey entry) {
    return entries_where(reader.core(),
                         "WHERE origin = (SELECT origin FROM entries WHERE id = ?1) ORDER BY version",
                         {entry.value});
}

Result<std::vector<StoredEntry>> entries_for(CaseReader& reader, StudyKey study, const Window& window) {
    HZ_ASSIGN(const Case found, read_case(reader, study));
    if (!found.patient) return std::vector<StoredEntry>();
    HZ_ASSIGN(auto all, entries_of(reader, *found.patient));
    const auto number_of_entry = [](const chart::Entry& entry) -> std::string_view {
        return without_blanks(entry.accession_number);
    };
    const std::string_view accession =
        without_blanks(found.description.accession_number.reveal_phi("to match entries"));
    // Where the images name no time, when they came.
    const auto when = found.description.when ? found.description.when->reveal_phi("to match entries").start
                                             : std::chrono::floor<std::chrono::seconds>(found.arrived);
    std::erase_if(all, [&](const StoredEntry& stored) {
        if (state_of(stored.entry) == chart::State::kWithdrawn) return true;
        const std::string_view number = number_of_entry(stored.entry);
        if (!number.empty()) return number != accession;
        const auto time = time_of(stored.entry);
        return !time || !lies_within(*time, when - window.before, when + window.after);
    });
    return all;
}

}  // namespace huizhen::cases
