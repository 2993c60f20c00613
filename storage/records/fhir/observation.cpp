#include <charconv>

#include <huizhen/record_codes/usual_units.h>

#include "resources.h"

namespace huizhen::fhir {
namespace {

chart::State state_of(std::string_view status) {
    if (status == "registered" || status == "preliminary") return chart::State::kPreliminary;
    if (status == "amended" || status == "corrected") return chart::State::kAmended;
    if (status == "cancelled" || status == "entered-in-error") return chart::State::kWithdrawn;
    return chart::State::kFinal;
}

std::string shortest(double value) {
    std::array<char, 32> digits{};
    return {digits.data(), std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr};
}

std::string as_words(const Node& quantity) {
    const chart::Quantity found = quantity_of(quantity);
    const bool has_value = quantity["value"].present();
    return has_value ? found.comparator + shortest(found.value) + (found.unit.empty() ? "" : " " + found.unit)
                     : "";
}

chart::Value value_of(const Context& context, const Node& node, const Resource& where) {
    if (const Node quantity = node["valueQuantity"]; quantity["value"].present())
        return quantity_of(quantity);
    if (const Node coded = node["valueCodeableConcept"]; coded.present()) return context.concept_of(coded);
    if (const auto number = node["valueInteger"].number()) return chart::Quantity{*number, "", "", ""};
    if (const auto truth = node["valueBoolean"].truth()) return std::string(*truth ? "true" : "false");
    for (const char* name : {"valueString", "valueDateTime", "valueTime"}) {
        if (const std::string text = node[name].long_text(); !text.empty()) return text;
    }
    if (const Node range = node["valueRange"]; range.present())
        return as_words(range["low"]) + " - " + as_words(range["high"]);
    if (const Node ratio = node["valueRatio"]; ratio.present())
        return as_words(ratio["numerator"]) + " : " + as_words(ratio["denominator"]);
    if (const Node period = node["valuePeriod"]; period.present())
        return period["start"].text() + " - " + period["end"].text();
    if (node["valueSampledData"].present()) context.warn("kept-out: a value of samples", where);
    return {};
}

chart::Observation read(const Context& context, const Node& node, const Resource& where) {
    chart::Observation observation;
    observation.what = context.concept_of(node["code"]);
    observation.value = value_of(context, node, where);
    observation.flag = node["interpretation"].first()["coding"].first()["code"].text();
    const Node range = node["referenceRange"].first();
    observation.low = range["low"]["value"].number();
    observation.high = range["high"]["value"].number();
    if (records::normalise_unit(observation) == records::UnitFound::kUnknown)
        context.warn("unknown-unit", where);
    return observation;
}

}  // namespace

Entries observation_entries(const Context& context, const Node& node, const Resource& where) {
    Entries entries;
    const auto when = context.time_of(
        node, {"effectiveDateTime", "effectivePeriod", "effectiveInstant", "effectiveTiming"}, where);
    const chart::State state = state_of(node["status"].text());
    const std::string number = where.number(), accession = context.accession_number(node, where);
    const auto add = [&](chart::Observation observation, const std::string& suffix) {
        observation.when = when;
        observation.state = state;
        entries.push_back({number.empty() ? number : number + suffix, accession, std::move(observation)});
    };
    const auto components = node["component"].items();
    chart::Observation whole = read(context, node, where);
    if (components.empty() || whole.value != chart::Value()) add(std::move(whole), "");
    for (std::size_t i = 0; i < components.size(); ++i) {
        add(read(context, components[i], where), "#" + std::to_string(i + 1));
    }
    return entries;
}

}  // namespace huizhen::fhir
