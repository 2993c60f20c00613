#include "subjects.h"

#include "patient.h"

namespace huizhen::fhir {

Result<std::size_t> Subjects::of_resource(const Resource& resource) {
    if (const auto known = by_resource_.find(&resource); known != by_resource_.end()) return known->second;
    std::string wrong;
    HZ_ASSIGN(auto patient, patient_of(context_, Node(resource.json, &wrong, "Patient"), resource));
    if (!wrong.empty())
        return fail(ErrorCode::kMalformedInput, "wrong-type: " + resource.place + ": " + wrong);
    auto& patients = context_.update.patients;
    patients.push_back({std::move(patient), std::nullopt, {}});
    by_resource_.emplace(&resource, patients.size() - 1);
    return patients.size() - 1;
}

std::size_t Subjects::of_id(chart::PatientId id) {
    auto& patients = context_.update.patients;
    const auto [known, is_new] = by_id_.emplace(std::pair(id.value, id.authority), patients.size());
    if (is_new) {
        chart::PatientUpdate update;
        update.patient.ids = {Phi(std::move(id))};
        patients.push_back(std::move(update));
    }
    return known->second;
}

Result<std::optional<std::size_t>> Subjects::of_reference(const Node& reference, const Resource& where) {
    using Found = std::optional<std::size_t>;
    const std::string text = reference["reference"].text();
    if (const Resource* target = text.empty() ? nullptr : context_.bundle.resolve(text, where)) {
        if (target->type != "Patient") return Found();
        HZ_ASSIGN(const std::size_t index, of_resource(*target));
        return Found(index);
    }
    // "Patient?identifier=system|value"
    constexpr std::string_view kSearch = "Patient?identifier=";
    if (text.starts_with(kSearch)) {
        const std::string token = text.substr(kSearch.size());
        const std::size_t bar = token.find('|');
        if (bar != std::string::npos && bar + 1 < token.size() &&
            token.find_first_of("&,") == std::string::npos)
            return Found(of_id({token.substr(bar + 1), authority_of(token.substr(0, bar))}));
    }
    const Target target = target_of(text);
    if (!target.type.empty() && target.type != "Patient") return Found();
    if (!target.type.empty()) {
        const std::string base = target.base.empty() ? where.base : target.base;
        return Found(of_id({target.id, base.empty() ? context_.settings.server : base}));
    }
    const Node identifier = reference["identifier"];
    const std::string value = identifier["value"].text(), type = reference["type"].text();
    if (!value.empty() && (type.empty() || type == "Patient"))
        return Found(of_id({value, authority_of(identifier["system"].text())}));
    return fail(ErrorCode::kMalformedInput,
                "unresolved-reference: " + where.place + ": its patient is not known");
}

Status Subjects::add_links(const Node& node, const Resource& where, std::size_t own) {
    auto& patients = context_.update.patients;
    for (const Node& link : node["link"].items()) {
        const std::string type = link["type"].text();
        if (type != "replaces" && type != "replaced-by") continue;
        HZ_ASSIGN(const auto other, of_reference(link["other"], where));
        if (!other) continue;
        const std::size_t stays = type == "replaces" ? own : *other, goes = type == "replaces" ? *other : own;
        const auto gone = patients[goes].patient.ids.front();
        const auto already = [&](const chart::PatientUpdate& update) {
            return update.merge && update.merge->gone == gone;
        };
        if (stays == goes || std::any_of(patients.begin(), patients.end(), already)) continue;
        if (!patients[stays].merge) {
            patients[stays].merge = chart::Merge{gone};
        } else {
            patients.push_back({patients[stays].patient, chart::Merge{gone}, {}});
        }
    }
    return {};
}

Status Subjects::add_patients() {
    for (const Resource* resource : context_.bundle.resources()) {
        if (resource->type == "Patient") HZ_TRY(of_resource(*resource));
    }
    for (const Resource* resource : context_.bundle.resources()) {
        if (resource->type != "Patient") continue;
        std::string wrong;
        HZ_TRY(add_links(Node(resource->json, &wrong, "Patient"), *resource, by_resource_.at(resource)));
    }
    return {};
}

Result<std::optional<std::size_t>> Subjects::of(const Node& node, const Resource& where) {
    const Node subject = node["subject"];
    return of_reference(subject.present() ? subject : node["patient"], where);
}

}  // namespace huizhen::fhir
