#include <cstdio>
#include <ostream>

#include <nlohmann/json.hpp>

#include <huizhen/node/commands/evaluate.h>

namespace huizhen::node {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kNameWidth = 38;  // of the longest name and a space

std::string fixed(double value, int digits = 3) {
    if (std::isnan(value)) return "-";
    char text[32];
    std::snprintf(text, sizeof text, "%.*f", digits, value);
    return text;
}

// "0.921 (0.897 to 0.942)"
std::string with_interval(const engine::Interval& figure) {
    if (std::isnan(figure.estimate)) return "-";
    return fixed(figure.estimate) + " (" + fixed(figure.low) + " to " + fixed(figure.high) + ")";
}

std::string padded(std::string text, std::size_t width) {
    text.resize(std::max(width, text.size()), ' ');
    return text;
}

std::string join(const std::vector<std::string>& words) {
    std::string text;
    for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
    return text;
}

void row(std::ostream& out, const std::string& name, const std::vector<std::string>& cells) {
    out << "  " << padded(name, kNameWidth);
    for (const std::string& cell : cells) out << padded(cell, 26);
    out << '\n';
}

void write_scores(const Evaluation& e, std::ostream& out) {
    out << "\nMalignancy as readers judge it: AUC (95 % interval, patients resampled)\n";
    row(out, "", {"all", "within size bands", "pairs within 20 % of size"});
    for (const ScoreFigures& s : e.scores) {
        row(out, s.score, {with_interval(s.auc), with_interval(s.banded), with_interval(s.matched)});
    }
    for (const ScoreDifference& d : e.differences) {
        row(out, "model minus " + d.against,
            {with_interval(d.auc), with_interval(d.banded), with_interval(d.matched)});
    }
    row(out, "", {"under 8 mm", "8 to 12 mm", "12 mm and more", "sensitivity at 90 % spec."});
    for (const ScoreFigures& s : e.scores) {
        row(out, s.score,
            {with_interval(s.bands[0]), with_interval(s.bands[1]), with_interval(s.bands[2]),
             with_interval(s.sensitivity_at_90_specificity)});
    }
}

void write_calibration(const CalibrationFigures& c, std::ostream& out) {
    out << "\nCalibration (" << c.method
        << (c.nested ? ", fitted without the fold it is counted on" : ", as shipped") << ")\n";
    row(out, "", {"before", "after"});
    row(out, "ECE, 10 bins", {fixed(c.ece_before), fixed(c.ece_after)});
    row(out, "Brier score", {fixed(c.brier_before), fixed(c.brier_after)});
    out << "  label sets meant to hold the truth in " << fixed(100 * (1 - c.alpha), 0)
        << " % of each class: benign " << fixed(100 * c.coverage_benign, 1) << " %, malignant "
        << fixed(100 * c.coverage_malignant, 1) << " %; undecided " << fixed(100 * c.undecided, 1)
        << " %, empty " << fixed(100 * c.empty, 1) << " %\n";
}

void write_others(const Evaluation& e, std::ostream& out) {
    out << "\nPublished formulas (nothing is known of these patients but their scan)\n";
    for (const FormulaFigures& f : e.formulas) {
        if (f.figures) {
            row(out, f.name,
                {with_interval(f.figures->auc), with_interval(f.figures->banded),
                 with_interval(f.figures->matched)});
        } else {
            out << "  " << padded(f.name, kNameWidth) << "computed for " << f.computed << " of " << e.nodules
                << "; needs " << join(f.missing) << '\n';
        }
    }
    out << "\nAttributes: rank correlation\n";
    row(out, "", {"model, readers' mean", "two readers", "two readers, same cases"});
    for (const AttributeFigures& a : e.attributes) {
        row(out, a.name, {fixed(a.model), fixed(a.readers), fixed(a.readers_same_cases)});
    }
    const ProvenFigures& p = e.proven;
    out << "\nProven diagnosis: " << p.patients << " patients, " << p.malignant << " malignant (" << p.unknown
        << " more are coded unknown)\n";
    if (p.patients > 0) {
        row(out, "CT model", {with_interval(p.model)});
        row(out, "readers' mean score", {with_interval(p.readers_mean)});
        row(out, "readers' diameter", {with_interval(p.readers_diameter)});
    }
    if (e.nodule_or_not) {
        const NoduleFigures& n = *e.nodule_or_not;
        out << "\nNodule or not: " << n.patches << " patches, " << n.nodules << " nodules, "
            << (n.held_out ? "each by the member that left it out" : "all members") << "\n  AUC "
            << with_interval(n.auc) << ", sensitivity at 90 % specificity "
            << fixed(n.sensitivity_at_90_specificity) << ", ECE " << fixed(n.ece) << '\n';
    }
}

Json number(double value) { return std::isnan(value) ? Json(nullptr) : Json(value); }

Json to_json(const engine::Interval& figure) {
    return {
        {"estimate", number(figure.estimate)}, {"low", number(figure.low)}, {"high", number(figure.high)}};
}

Json to_json(const ScoreFigures& s) {
    return {{"score", s.score},
            {"auc", to_json(s.auc)},
            {"auc_within_size_bands", to_json(s.banded)},
            {"auc_matched_for_size", to_json(s.matched)},
            {"auc_by_band", {to_json(s.bands[0]), to_json(s.bands[1]), to_json(s.bands[2])}},
            {"sensitivity_at_90_specificity", to_json(s.sensitivity_at_90_specificity)}};
}

Json malignancy_json(const Evaluation& e) {
    Json scores = Json::array(), differences = Json::array(), formulas = Json::array();
    for (const ScoreFigures& s : e.scores) scores.push_back(to_json(s));
    for (const ScoreDifference& d : e.differences) {
        differences.push_back({{"against", d.against},
                               {"auc", to_json(d.auc)},
                               {"auc_within_size_bands", to_json(d.banded)},
                               {"auc_matched_for_size", to_json(d.matched)}});
    }
    for (const FormulaFigures& f : e.formulas) {
        formulas.push_back({{"name", f.name},
                            {"computed", f.computed},
                            {"missing", f.missing},
                            {"figures", f.figures ? to_json(*f.figures) : Json(nullptr)}});
    }
    return {{"scores", scores}, {"model_minus", differences}, {"formulas", formulas}};
}

Json calibration_json(const CalibrationFigures& c) {
    return {{"method", c.method},
            {"nested", c.nested},
            {"ece_before", c.ece_before},
            {"ece_after", c.ece_after},
            {"brier_before", c.brier_before},
            {"brier_after", c.brier_after},
            {"alpha", c.alpha},
            {"coverage_benign", number(c.coverage_benign)},
            {"coverage_malignant", number(c.coverage_malignant)},
            {"undecided", c.undecided},
            {"empty", c.empty}};
}

}  // namespace

void write_table(const Evaluation& e, std::ostream& out) {
    out << e.nodules << " nodules of " << e.patients << " patients, " << e.malignant
        << " malignant by readers; every one judged only by members that never saw the patient\n";
    if (e.left_out > 0) out << e.left_out << " nodules left out: every member has seen their patients\n";
    if (e.without_outline > 0)
        out << e.without_outline << " nodules could not be outlined; they count, with size 0\n";
    write_scores(e, out);
    write_calibration(e.calibration, out);
    write_others(e, out);
}

std::string to_json(const Evaluation& e) {
    Json attributes = Json::array();
    for (const AttributeFigures& a : e.attributes) {
        attributes.push_back({{"name", a.name},
                              {"model", number(a.model)},
                              {"readers", number(a.readers)},
                              {"readers_same_cases", number(a.readers_same_cases)}});
    }
    Json json{{"format", 1},
              {"nodules", e.nodules},
              {"patients", e.patients},
              {"malignant", e.malignant},
              {"left_out", e.left_out},
              {"without_outline", e.without_outline},
              {"models", {{"ct", e.ct_sha256}, {"nodule", e.nodule_sha256}}},
              {"malignancy", malignancy_json(e)},
              {"calibration", calibration_json(e.calibration)},
              {"attributes", attributes},
              {"proven_diagnosis",
               {{"patients", e.proven.patients},
                {"malignant", e.proven.malignant},
                {"unknown", e.proven.unknown},
                {"model", to_json(e.proven.model)},
                {"readers_mean", to_json(e.proven.readers_mean)},
                {"readers_diameter", to_json(e.proven.readers_diameter)}}}};
    if (e.nodule_or_not) {
        const NoduleFigures& n = *e.nodule_or_not;
        json["nodule_or_not"] = {{"patches", n.patches},
                                 {"nodules", n.nodules},
                                 {"held_out", n.held_out},
                                 {"auc", to_json(n.auc)},
                                 {"sensitivity_at_90_specificity", number(n.sensitivity_at_90_specificity)},
                                 {"ece", number(n.ece)}};
    }
    return json.dump(2);
}

}  // namespace huizhen::node
