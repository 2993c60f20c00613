#include <nlohmann/json.hpp>

#include <huizhen/base/sha256.h>
#include <huizhen/node/diagnosis/document.h>
#include <huizhen/node/diagnosis/output_folder.h>
#include <huizhen/node/version.h>

namespace huizhen::node {
namespace {

using Json = nlohmann::ordered_json;

// Digits that carry meaning: files stay readable and the same on every machine.
double rounded(double value, int decimals) {
    const double scale = std::pow(10.0, decimals);
    return std::round(value * scale) / scale;
}

Json point(imaging::Vec3 p, int decimals = 2) {
    return Json::array({rounded(p.x, decimals), rounded(p.y, decimals), rounded(p.z, decimals)});
}

template <typename Texts>
Json strings(const Texts& texts) {
    Json list = Json::array();
    for (const auto& text : texts) list.push_back(std::string(text));
    return list;
}

Json formula(const clinical::FormulaResult& result) {
    Json json{{"id", result.id},
              {"name", result.name},
              {"source", result.source},
              {"probability_of", result.target}};
    json["probability"] = result.probability ? Json(rounded(*result.probability, 4)) : Json(nullptr);
    json["missing_inputs"] = strings(result.missing);
    json["notes"] = strings(result.notes);
    return json;
}

Json guideline(const clinical::GuidelineResult& result) {
    Json json{{"id", result.id},
              {"name", result.name},
              {"source", result.source},
              {"applicability", result.applicability},
              {"status", to_string(result.status)}};
    json["rules"] = Json::array();
    for (const clinical::GuidelineRule& rule : result.rules) {
        json["rules"].push_back(
            {{"name", rule.name}, {"category", rule.category}, {"recommendation", rule.recommendation}});
    }
    json["missing_inputs"] = strings(result.missing);
    json["unconfirmed_conditions"] = strings(result.unconfirmed);
    json["reason"] = result.reason;
    json["notes"] = strings(result.notes);
    return json;
}

template <typename Results, typename Make>
Json list_of(const Results& results, const Make& make) {
    Json list = Json::array();
    for (const auto& result : results) list.push_back(make(result));
    return list;
}

Json fact_sources(const std::vector<FactSource>& sources) {
    return list_of(sources, [](const FactSource& s) { return Json{{"fact", s.fact}, {"source", s.source}}; });
}

Json place(const Place& place) {
    return {{"centre_lps_mm", point(place.centre_mm)},
            {"voxel", point(place.voxel, 1)},
            {"slice", place.slice},
            {"sop_instance_uid", place.sop_instance_uid},
            {"side", place.side},
            {"lobe", place.lobe.empty() ? Json(nullptr) : Json(place.lobe)},
            {"lobe_probability", rounded(place.lobe_probability, 2)},
            {"upper_lobe_probability", rounded(place.upper_lobe_probability, 2)},
            {"depth_below_lung_surface_mm", rounded(place.depth_mm, 1)},
            {"share_in_lungs", rounded(place.share_in_lungs, 2)}};
}

Json measurement(const Finding& finding) {
    const imaging::NoduleMeasurement& m = finding.measurement;
    return {{"type", to_string(finding.type)},
            {"diameter_mm", rounded(m.diameter_mm, 2)},
            {"equivalent_diameter_mm", rounded(m.equivalent_diameter_mm, 2)},
            {"long_axis_mm", rounded(m.long_axis_mm, 2)},
            {"short_axis_mm", rounded(m.short_axis_mm, 2)},
            {"long_axis_3d_mm", rounded(m.long_axis_3d_mm, 2)},
            {"volume_mm3", rounded(m.volume_mm3, 1)},
            {"mean_hu", rounded(m.mean_hu, 1)},
            {"sd_hu", rounded(m.sd_hu, 1)},
            {"solid_part",
             {{"threshold_hu", imaging::kSolidHu},
              {"volume_mm3", rounded(m.solid_volume_mm3, 1)},
              {"diameter_mm", rounded(m.solid_diameter_mm, 2)},
              {"fraction", rounded(m.solid_fraction, 3)}}},
            {"calcified_fraction", rounded(m.calcified_fraction, 3)},
            {"fat_fraction", rounded(m.fat_fraction, 3)}};
}

Json malignancy(const Malignancy& malignancy) {
    Json set = Json::array();
    if (malignancy.not_ruled_out.benign) set.push_back("benign");
    if (malignancy.not_ruled_out.malignant) set.push_back("malignant");
    return {{"probability", rounded(malignancy.probability, 4)},
            {"interval",
             {{"low", rounded(malignancy.interval.low, 4)},
              {"high", rounded(malignancy.interval.high, 4)},
              {"coverage", 0.9},
              {"of", "what another model, trained on another sample of patients of this size, would say"}}},
            {"conformal_set", {{"labels", set}, {"miscoverage_per_class", malignancy.miscoverage}}}};
}

Json attributes(const Finding& finding) {
    Json list = Json::array();
    for (std::size_t i = 0; i < engine::kAttributeCount; ++i) {
        const engine::AttributeScale& scale = engine::kAttributes.at(i);
        list.push_back({{"name", scale.name},
                        {"value", rounded(finding.attributes.at(i), 2)},
                        {"scale",
                         {{"low", scale.low},
                          {"high", scale.high},
                          {"at_low", scale.at_low},
                          {"at_high", scale.at_high}}}});
    }
    return list;
}

Json evidence(const Finding& finding) {
    return {{"method", finding.evidence_name.empty() ? Json(nullptr) : Json(finding.evidence_name)},
            {"peak_lps_mm", finding.evidence_peak_mm ? point(*finding.evidence_peak_mm) : Json(nullptr)},
            {"picture", finding.picture.empty() ? Json(nullptr) : Json(finding.picture)}};
}

Json finding_json(const Finding& finding) {
    return {{"number", finding.number},
            {"place", place(finding.place)},
            {"measurement", measurement(finding)},
            {"nodule_probability", rounded(finding.nodule_probability, 4)},
            {"suspicion", rounded(finding.nodule_probability * finding.malignancy.probability, 4)},
            {"malignancy", malignancy(finding.malignancy)},
            {"attributes", attributes(finding)},
            {"formulas", list_of(finding.formulas, formula)},
            {"guidelines", list_of(finding.guidelines, guideline)},
            {"fact_sources", fact_sources(finding.fact_sources)},
            {"evidence", evidence(finding)}};
}

Json inputs(const Diagnosis& diagnosis) {
    Json list = Json::array();
    for (const imaging::InputFile& file : diagnosis.inputs) {
        // The name only: a path can say more than it should, a folder may be called after a patient.
        list.push_back({{"kind", "ct"},
                        {"sha256", to_hex(file.sha256)},
                        {"sop_instance_uids", strings(file.sop_instance_uids)},
                        {"used", true}});
    }
    for (const UnusedInput& input : diagnosis.unused_inputs) {
        list.push_back({{"kind", input.kind},
                        {"sha256", input.sha256},
                        {"bytes", input.bytes},
                        {"used", false},
                        {"note", "not yet used by this model"}});
    }
    return list;
}

Json series(const Diagnosis& diagnosis) {
    return {
        {"study_instance_uid", diagnosis.study_uid},
        {"series_instance_uid", diagnosis.series_uid},
        {"manufacturer", diagnosis.manufacturer},
        {"kernel", diagnosis.kernel},
        {"size", Json::array({diagnosis.volume_size.x, diagnosis.volume_size.y, diagnosis.volume_size.z})},
        {"spacing_mm", point(diagnosis.spacing_mm, 4)},
        {"synthetic", diagnosis.synthetic},
        {"assembly_findings", list_of(diagnosis.assembly, [](const imaging::AssemblyFinding& f) {
             const bool warning = f.severity == imaging::Severity::kWarning;
             return Json{
                 {"code", f.code}, {"severity", warning ? "warning" : "info"}, {"message", f.message}};
         })}};
}

template <typename T>
void put(Json& json, const char* name, const std::optional<T>& value) {
    if (value) json[name] = *value;
}

Json patient(const Diagnosis& diagnosis) {
    const clinical::PatientFacts& p = diagnosis.patient;
    Json facts = Json::object();
    put(facts, "age_years", p.age_years);
    if (p.sex) facts["sex"] = to_string(*p.sex);
    if (p.smoking) facts["smoking"] = to_string(*p.smoking);
    put(facts, "years_since_quitting", p.years_since_quitting);
    put(facts, "years_smoked", p.years_smoked);
    put(facts, "cigarettes_per_day", p.cigarettes_per_day);
    put(facts, "extrathoracic_cancer_over_5_years_ago", p.extrathoracic_cancer_over_5_years_ago);
    put(facts, "any_cancer_history", p.any_cancer_history);
    put(facts, "known_cancer", p.known_cancer);
    put(facts, "immunosuppressed", p.immunosuppressed);
    put(facts, "family_lung_cancer", p.family_lung_cancer);
    put(facts, "family_any_cancer", p.family_any_cancer);
    put(facts, "emphysema", p.emphysema);
    put(facts, "copd", p.copd);
    put(facts, "body_mass_index", p.body_mass_index);
    put(facts, "education_level", p.education_level);
    if (p.fleischner_risk)
        facts["fleischner_risk"] = *p.fleischner_risk == clinical::Risk::kHigh ? "high" : "low";
    put(facts, "screening_exam", p.screening_exam);
    put(facts, "earlier_chest_ct", p.earlier_chest_ct);
    return {{"facts", facts},
            {"fact_sources", fact_sources(diagnosis.patient_fact_sources)},
            {"formulas", list_of(diagnosis.patient_formulas, formula)}};
}

}  // namespace

std::string to_json(const Diagnosis& diagnosis, const std::vector<std::string>& files) {
    Json document;
    document["format"] = kDocumentFormat;
    document["format_version"] = kDocumentVersion;
    document["intended_use"] = kIntendedUse;
    document["created_at"] = diagnosis.created_at;
    document["software"] = {
        {"name", "huizhen-node"}, {"version", software_version()}, {"backend", diagnosis.backend}};
    document["models"] = list_of(diagnosis.models, [](const ModelIdentity& m) {
        return Json{{"role", m.role}, {"name", m.name}, {"sha256", m.sha256}, {"members", m.members}};
    });
    document["series"] = series(diagnosis);
    document["lungs"] = {{"right_litres", rounded(diagnosis.right_lung_litres, 3)},
                         {"left_litres", rounded(diagnosis.left_lung_litres, 3)}};
    document["cautions"] = strings(diagnosis.cautions);
    document["patient"] = patient(diagnosis);
    document["candidates"] = {{"looked_at", diagnosis.candidates},
                              {"judged_no_nodule", diagnosis.rejected},
                              {"not_reported", diagnosis.not_reported}};
    document["reporting_rule"] = {{"nodule_floor", rounded(diagnosis.rule.nodule_floor, 4)},
                                  {"nodule_likely", diagnosis.rule.nodule_likely},
                                  {"suspicion_from", diagnosis.rule.suspicion_from},
                                  {"mostly_in_lungs", diagnosis.rule.mostly_in_lungs},
                                  {"vessel_like_from", diagnosis.rule.vessel_like_from},
                                  {"most", diagnosis.rule.most}};
    document["findings"] = list_of(diagnosis.findings, finding_json);
    document["nothing_found"] = diagnosis.findings.empty() ? Json(kNothingFound) : Json(nullptr);
    document["exam_guidelines"] = list_of(diagnosis.exam_guidelines, guideline);
    document["contact_sheet"] =
        diagnosis.contact_sheet.empty() ? Json(nullptr) : Json(diagnosis.contact_sheet);
    document["inputs"] = inputs(diagnosis);
    document["timings_s"] = Json::object();
    for (const StageTime& time : diagnosis.times)
        document["timings_s"][time.stage] = rounded(time.seconds, 3);
    document["files"] = strings(files);
    // Header text is UTF-8 by the reader's contract; a byte that is not becomes a replacement character.
    return document.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace huizhen::node
