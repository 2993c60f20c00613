#include "patient.h"

namespace huizhen::fhir {
namespace {

constexpr std::string_view kRepresentation =
    "http://hl7.org/fhir/StructureDefinition/iso21090-EN-representation";

struct Ranked {
    int rank;
    chart::PatientId id;
};

// The medical record's number first; numbers that are no longer valid not at all.
std::optional<Ranked> identifier_of(const Node& identifier) {
    chart::PatientId id{identifier["value"].text(), authority_of(identifier["system"].text())};
    const std::string use = identifier["use"].text();
    if (id.value.empty() || use == "old") return std::nullopt;
    int rank = use == "official" ? 1 : use == "temp" ? 3 : 2;
    for (const Node& coding : identifier["type"]["coding"].items()) {
        if (coding["code"].text() == "MR") rank = 0;
    }
    return Ranked{rank, std::move(id)};
}

std::string joined(const std::vector<Node>& words, std::size_t from) {
    std::string text;
    for (std::size_t i = from; i < words.size(); ++i) text += (text.empty() ? "" : " ") + words[i].text();
    return text;
}

std::string person_name(const Node& name) {
    const auto given = name["given"].items();
    std::array parts{name["family"].text(), given.empty() ? std::string() : given.front().text(),
                     joined(given, 1), joined(name["prefix"].items(), 0), joined(name["suffix"].items(), 0)};
    if (parts[0].empty() && parts[1].empty()) parts[0] = name["text"].text();
    std::string text;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        if (i > 0) text += '^';
        for (const char c : parts[i]) text += c == '^' || c == '=' || c == '\\' ? ' ' : c;
    }
    text.erase(text.find_last_not_of('^') + 1);
    return text;
}

// The official name, or the first; in each writing: alphabetic, ideographic, phonetic.
std::string names_of(const Node& patient) {
    std::array<std::string, 3> writings;
    std::array<bool, 3> official{};
    for (const Node& name : patient["name"].items()) {
        std::size_t group = 0;
        for (const Node& extension : name["extension"].items()) {
            if (extension["url"].text() != kRepresentation) continue;
            const std::string code = extension["valueCode"].text();
            group = code == "IDE" ? 1 : code == "SYL" ? 2 : 0;
        }
        const std::string use = name["use"].text();
        if (use == "old" || (!writings[group].empty() && (official[group] || use != "official"))) continue;
        writings[group] = person_name(name);
        official[group] = use == "official";
    }
    std::string text = writings[0];
    if (!writings[1].empty() || !writings[2].empty()) text += "=" + writings[1];
    if (!writings[2].empty()) text += "=" + writings[2];
    return text;
}

}  // namespace

Result<chart::Patient> patient_of(const Context& context, const Node& node, const Resource& where) {
    std::vector<Ranked> found;
    for (const Node& identifier : node["identifier"].items()) {
        if (auto ranked = identifier_of(identifier)) found.push_back(std::move(*ranked));
    }
    std::stable_sort(found.begin(), found.end(),
                     [](const Ranked& a, const Ranked& b) { return a.rank < b.rank; });
    // The resource's own id, by which later messages may refer to it. One under urn:uuid is of this bundle
    // alone.
    if (!where.id.empty() && (found.empty() || !where.full_url.starts_with("urn:")))
        found.push_back({9, {where.id, where.base.empty() ? context.settings.server : where.base}});
    chart::Patient patient;
    for (Ranked& each : found) {
        const Phi<chart::PatientId> id(std::move(each.id));
        if (std::find(patient.ids.begin(), patient.ids.end(), id) == patient.ids.end())
            patient.ids.push_back(id);
    }
    if (patient.ids.empty())
        return fail(ErrorCode::kMalformedInput,
                    "no-patient-id: " + where.place + ": no identifier and no id");
    patient.name = Phi(names_of(node));
    if (const auto birth = context.time(node["birthDate"], where)) patient.birth = Phi(*birth);
    const std::string gender = node["gender"].text();
    if (gender == "female") patient.sex = chart::Sex::kFemale;
    if (gender == "male") patient.sex = chart::Sex::kMale;
    if (gender == "other") patient.sex = chart::Sex::kOther;
    return patient;
}

}  // namespace huizhen::fhir
