#include "patient.h"

namespace huizhen::hl7 {
namespace {

// Table 0203: which kind of number a patient is filed under rather than another.
int rank_of(std::string_view type) {
    if (type == "MR" || type == "MRN") return 0;
    if (type == "PI" || type == "PT" || type == "EI") return 1;
    if (type.empty()) return 2;
    return 3;
}

// Of a visit, an account or a bill.
bool is_no_patients(std::string_view type) {
    for (const std::string_view each : {"AN", "VN", "ANON", "ANC", "ANT", "BC"}) {
        if (type == each) return true;
    }
    return false;
}

// XPN's parts in DICOM's order; characters that would end one are blanks.
std::string person_name(const Repetition& name) {
    const std::array parts{name.text(1), name.text(2), name.text(3), name.text(5), name.text(4)};
    std::string text;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        if (i > 0) text += '^';
        for (const char c : line_of(parts[i])) text += c == '^' || c == '=' || c == '\\' ? ' ' : c;
    }
    text.erase(text.find_last_not_of('^') + 1);
    return text;
}

// The legal name, or the first; in each writing that is sent: alphabetic, ideographic, phonetic.
std::string names_of(const Field& field) {
    std::array<std::string, 3> writings;
    std::array<bool, 3> legal{};
    for (const Repetition& name : field.repetitions()) {
        const std::string type = name.text(7), writing = name.text(8);
        const std::size_t group = writing == "I" ? 1 : writing == "P" ? 2 : 0;
        const bool is_legal = type == "L";
        if (name.empty() || (!writings[group].empty() && (legal[group] || !is_legal))) continue;
        writings[group] = person_name(name);
        legal[group] = is_legal;
    }
    std::string text = writings[0];
    if (!writings[1].empty() || !writings[2].empty()) text += "=" + writings[1];
    if (!writings[2].empty()) text += "=" + writings[2];
    return text;
}

// Table 0001, and GB/T 2261.1 as Chinese hospitals send it.
chart::Sex sex_of(std::string_view code) {
    if (code == "F" || code == "2" || code == "\xE5\xA5\xB3") return chart::Sex::kFemale;
    if (code == "M" || code == "1" || code == "\xE7\x94\xB7") return chart::Sex::kMale;
    if (code == "O" || code == "A" || code == "N" || code == "X") return chart::Sex::kOther;
    return chart::Sex::kUnknown;
}

}  // namespace

std::vector<Phi<chart::PatientId>> patient_ids(const Context& context, const Field& field) {
    struct Ranked {
        int rank;
        chart::PatientId id;
    };
    std::vector<Ranked> found;
    for (const Repetition& cx : field.repetitions()) {
        const std::string value = line_of(cx.text(1)), type = cx.text(5);
        if (value.empty() || is_no_patients(type)) continue;
        const Component hd = cx.component(4);
        std::string authority = line_of(hd.subcomponent(1).text());
        if (authority.empty()) authority = line_of(hd.subcomponent(2).text());
        if (authority.empty()) authority = context.settings.default_authority;
        found.push_back({rank_of(type), {value, authority}});
    }
    std::stable_sort(found.begin(), found.end(),
                     [](const Ranked& a, const Ranked& b) { return a.rank < b.rank; });
    std::vector<Phi<chart::PatientId>> ids;
    for (Ranked& each : found) {
        const Phi<chart::PatientId> id(std::move(each.id));
        if (std::find(ids.begin(), ids.end(), id) == ids.end()) ids.push_back(id);
    }
    return ids;
}

Result<chart::Patient> patient_of(const Context& context, const Segment& pid) {
    chart::Patient patient;
    patient.ids = patient_ids(context, pid.field(3));
    if (patient.ids.empty()) patient.ids = patient_ids(context, pid.field(2));  // 2.2: the external number
    if (patient.ids.empty())
        return fail(ErrorCode::kMalformedInput, "no-patient-id: PID-3 holds no number of a patient");
    patient.name = Phi(names_of(pid.field(5)));
    if (const auto birth = context.time(pid, 7)) {
        chart::Time day = *birth;
        if (day.precision >
            chart::Precision::kDay) {  // an hour of birth must not move the day to another zone's
            const std::string text = pid.text(7).substr(0, 8);
            day = chart::read_packed_time(text, std::chrono::seconds(0)).value_or(day);
        }
        patient.birth = Phi(day);
    }
    patient.sex = sex_of(pid.text(8));
    return patient;
}

}  // namespace huizhen::hl7
