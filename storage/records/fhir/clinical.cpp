#include "resources.h"

namespace huizhen::fhir {
namespace {

template <typename Content>
Entries one(const Resource& where, Content content) {
    return {{where.number(), "", std::move(content)}};
}

bool has_code(const Node& codeable, std::initializer_list<std::string_view> codes) {
    for (const Node& coding : codeable["coding"].items()) {
        const std::string code = coding["code"].text();
        if (std::find(codes.begin(), codes.end(), code) != codes.end()) return true;
    }
    return false;
}

}  // namespace

Entries condition_entries(const Context& context, const Node& node, const Resource& where) {
    chart::Condition condition{context.concept_of(node["code"]),
                               context.time_of(node, {"onsetDateTime", "onsetPeriod", "recordedDate"}, where),
                               chart::State::kFinal};
    const Node verification = node["verificationStatus"];
    if (has_code(verification, {"unconfirmed", "provisional", "differential"}))
        condition.state = chart::State::kPreliminary;
    if (has_code(verification, {"refuted", "entered-in-error"})) condition.state = chart::State::kWithdrawn;
    return one(where, std::move(condition));
}

Entries procedure_entries(const Context& context, const Node& node, const Resource& where) {
    chart::Procedure procedure{context.concept_of(node["code"]),
                               context.time_of(node, {"performedDateTime", "performedPeriod"}, where),
                               chart::State::kFinal};
    const std::string status = node["status"].text();
    if (status == "preparation" || status == "in-progress" || status == "on-hold")
        procedure.state = chart::State::kPreliminary;
    if (status == "not-done" || status == "entered-in-error") procedure.state = chart::State::kWithdrawn;
    return one(where, std::move(procedure));
}

Entries medication_entries(const Context& context, const Node& node, const Resource& where) {
    if (node["doNotPerform"].truth().value_or(false)) {
        context.warn("kept-out: a drug not to be given", where);
        return {};
    }
    chart::Medication medication{context.concept_of(node["medicationCodeableConcept"]),
                                 context.time(node["authoredOn"], where), chart::State::kFinal};
    const Node reference = node["medicationReference"];
    if (const Resource* drug = context.bundle.resolve(reference["reference"].text(), where)) {
        std::string wrong;
        medication.what = context.concept_of(Node(drug->json, &wrong, "Medication")["code"]);
    }
    if (medication.what == chart::Concept()) medication.what.text = reference["display"].text();
    const std::string status = node["status"].text();
    if (status == "draft" || status == "on-hold") medication.state = chart::State::kPreliminary;
    if (status == "cancelled" || status == "entered-in-error") medication.state = chart::State::kWithdrawn;
    return one(where, std::move(medication));
}

Entries encounter_entries(const Context& context, const Node& node, const Resource& where) {
    chart::Encounter encounter;
    const std::string kind = node["class"]["code"].text();
    if (kind == "AMB" || kind == "VR" || kind == "HH")
        encounter.kind = "outpatient";
    else if (kind == "IMP" || kind == "ACUTE" || kind == "NONAC" || kind == "OBSENC" || kind == "SS")
        encounter.kind = "inpatient";
    else
        encounter.kind = kind == "EMER" ? "emergency" : kind;
    encounter.from = context.time(node["period"]["start"], where);
    encounter.until = context.time(node["period"]["end"], where);
    const std::string status = node["status"].text();
    if (status == "planned") encounter.state = chart::State::kPreliminary;
    if (status == "cancelled" || status == "entered-in-error") encounter.state = chart::State::kWithdrawn;
    return one(where, std::move(encounter));
}

}  // namespace huizhen::fhir
