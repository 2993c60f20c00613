#include "evaluation_cases.h"

#include <limits>
#include <map>
#include <set>

#include <huizhen/clinical/risk_formulas.h>

namespace huizhen::node {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

// The columns of one resample.
struct Drawn {
    std::vector<double> scores, diameters;
    std::vector<int> labels;
};

Drawn draw(const EvaluationCases& cases, std::span<const double> scores, std::span<const std::size_t> drawn) {
    Drawn columns;
    for (const std::size_t i : drawn) {
        columns.scores.push_back(scores[i]);
        columns.diameters.push_back(cases.diameters[i]);
        columns.labels.push_back(cases.labels[i]);
    }
    return columns;
}

using Figure = double (*)(const Drawn&);

double auc_of(const Drawn& d) { return engine::auc(d.scores, d.labels); }
double banded_of(const Drawn& d) { return engine::banded_auc(d.scores, d.labels, d.diameters); }
double matched_of(const Drawn& d) { return engine::matched_auc(d.scores, d.labels, d.diameters); }
double sensitivity_of(const Drawn& d) { return engine::sensitivity_at_specificity(d.scores, d.labels, 0.9); }

engine::Interval interval(const EvaluationCases& cases, std::span<const double> scores, Figure figure,
                          const BootstrapOptions& options) {
    return engine::clustered_bootstrap(
        cases.patients,
        [&](std::span<const std::size_t> drawn) { return figure(draw(cases, scores, drawn)); },
        options.resamples, options.seed);
}

engine::Interval difference(const EvaluationCases& cases, std::span<const double> a,
                            std::span<const double> b, Figure figure, const BootstrapOptions& options) {
    return engine::clustered_bootstrap(
        cases.patients,
        [&](std::span<const std::size_t> drawn) {
            return figure(draw(cases, a, drawn)) - figure(draw(cases, b, drawn));
        },
        options.resamples, options.seed);
}

engine::Interval band_interval(const EvaluationCases& cases, std::span<const double> scores, int band,
                               const BootstrapOptions& options) {
    return engine::clustered_bootstrap(
        cases.patients,
        [&](std::span<const std::size_t> drawn) {
            std::vector<std::size_t> inside;
            for (const std::size_t i : drawn) {
                if (engine::size_band(cases.diameters[i]) == band) inside.push_back(i);
            }
            return auc_of(draw(cases, scores, inside));
        },
        options.resamples, options.seed);
}

// Mean over pairs of reader columns of the rank correlation of one attribute.
double readers_correlation(const std::vector<std::span<const ReaderScores>>& nodules, std::size_t attribute) {
    double sum = 0, pairs = 0;
    for (std::size_t a = 0; a < kMaxReaders; ++a) {
        for (std::size_t b = a + 1; b < kMaxReaders; ++b) {
            std::vector<double> first, second;
            for (const auto readers : nodules) {
                if (readers.size() <= b) continue;
                first.push_back(readers[a].attributes[attribute]);
                second.push_back(readers[b].attributes[attribute]);
            }
            const double correlation = engine::spearman(first, second);
            if (std::isnan(correlation)) continue;
            sum += correlation;
            pairs += 1;
        }
    }
    return pairs > 0 ? sum / pairs : kNaN;
}

// What can be known of a nodule of these cohorts; of the patient nothing is.
clinical::NoduleFacts facts_of(const imaging::NoduleMeasurement& measurement, int nodules_of_patient) {
    clinical::NoduleFacts facts;
    facts.long_axis_mm = measurement.long_axis_mm;
    facts.short_axis_mm = measurement.short_axis_mm;
    facts.volume_mm3 = measurement.volume_mm3;
    facts.nodule_count = nodules_of_patient;
    return facts;
}

double mean_malignancy(std::span<const ReaderScores> readers) {
    double sum = 0;
    for (const ReaderScores& reader : readers) sum += reader.malignancy;
    return readers.empty() ? 0.0 : sum / static_cast<double>(readers.size());
}

}  // namespace

ScoreFigures score_figures(std::string name, const EvaluationCases& cases, std::span<const double> scores,
                           const BootstrapOptions& options) {
    ScoreFigures figures;
    figures.score = std::move(name);
    figures.auc = interval(cases, scores, auc_of, options);
    figures.banded = interval(cases, scores, banded_of, options);
    figures.matched = interval(cases, scores, matched_of, options);
    for (int band = 0; band < 3; ++band) {
        figures.bands[static_cast<std::size_t>(band)] = band_interval(cases, scores, band, options);
    }
    figures.sensitivity_at_90_specificity = interval(cases, scores, sensitivity_of, options);
    return figures;
}

ScoreDifference score_difference(std::string against, const EvaluationCases& cases,
                                 std::span<const double> scores, std::span<const double> others,
                                 const BootstrapOptions& options) {
    return {std::move(against), difference(cases, scores, others, auc_of, options),
            difference(cases, scores, others, banded_of, options),
            difference(cases, scores, others, matched_of, options)};
}

std::vector<AttributeFigures> attribute_figures(const EvaluationCases& cases, const CtCohort& cohort) {
    std::vector<std::span<const ReaderScores>> all, same;
    for (const CropCase& crop : cohort.crops.cases) all.push_back(crop.readers);
    std::vector<std::size_t> matched;  // among `cases`
    for (std::size_t i = 0; i < cases.which.size(); ++i) {
        const auto& readers = cohort.nodules.cases[cases.which[i]].readers;
        if (readers.empty()) continue;
        matched.push_back(i);
        same.push_back(readers);
    }
    std::vector<AttributeFigures> figures;
    for (std::size_t k = 0; k < engine::kAttributeCount; ++k) {
        std::vector<double> model, readers;
        for (std::size_t m = 0; m < matched.size(); ++m) {
            model.push_back(cases.attributes[k][matched[m]]);
            double mean = 0;
            for (const ReaderScores& reader : same[m]) mean += reader.attributes[k];
            readers.push_back(mean / static_cast<double>(same[m].size()));
        }
        figures.push_back({std::string(engine::kAttributes[k].name), engine::spearman(model, readers),
                           readers_correlation(all, k), readers_correlation(same, k)});
    }
    return figures;
}

std::vector<FormulaFigures> formula_figures(const EvaluationCases& cases, const CtCohort& cohort,
                                            const BootstrapOptions& options) {
    std::map<std::string, int> nodules_of;
    for (const NoduleCase& nodule : cohort.nodules.cases) nodules_of[nodule.patient] += 1;
    std::vector<FormulaFigures> formulas;
    std::vector<std::vector<double>> probabilities;
    std::vector<std::set<std::string>> missing;
    for (std::size_t i = 0; i < cases.which.size(); ++i) {
        const auto& measurement = cohort.measurements[cases.which[i]];
        const auto facts =
            measurement ? facts_of(*measurement, nodules_of[cohort.nodules.cases[cases.which[i]].patient])
                        : clinical::NoduleFacts{};
        const auto results = clinical::all_formulas({}, facts);
        formulas.resize(results.size());
        probabilities.resize(results.size());
        missing.resize(results.size());
        for (std::size_t f = 0; f < results.size(); ++f) {
            formulas[f].name = results[f].name;
            formulas[f].computed += results[f].probability ? 1 : 0;
            probabilities[f].push_back(results[f].probability.value_or(kNaN));
            if (measurement) missing[f].insert(results[f].missing.begin(), results[f].missing.end());
        }
    }
    for (std::size_t f = 0; f < formulas.size(); ++f) {
        formulas[f].missing.assign(missing[f].begin(), missing[f].end());
        if (formulas[f].computed == cases.which.size()) {
            formulas[f].figures = score_figures(formulas[f].name, cases, probabilities[f], options);
        }
    }
    return formulas;
}

ProvenFigures proven_figures(const EvaluationCases& cases, const CtCohort& cohort,
                             const BootstrapOptions& options) {
    struct Patient {
        int malignant = 0;
        double model = -std::numeric_limits<double>::infinity(), readers = 0, diameter = 0;
    };
    std::map<std::string, Patient> proven;
    for (std::size_t i = 0; i < cases.which.size(); ++i) {
        const NoduleCase& nodule = cohort.nodules.cases[cases.which[i]];
        if (!nodule.crop) continue;
        const CropCase& crop = cohort.crops.cases[*nodule.crop];
        if (!crop.diagnosis) continue;
        Patient& patient = proven[nodule.patient];
        patient.malignant = *crop.diagnosis == ProvenDiagnosis::kBenign ? 0 : 1;
        patient.model = std::max(patient.model, cases.logits[i]);
        patient.readers = std::max(patient.readers, mean_malignancy(nodule.readers));
        patient.diameter = std::max(patient.diameter, cases.diameters[i]);
    }
    ProvenFigures figures;
    std::set<std::string> unknown;
    for (const CropCase& crop : cohort.crops.cases) {
        if (crop.diagnosis_unknown) unknown.insert(crop.patient);
    }
    figures.unknown = unknown.size();
    EvaluationCases column;
    std::vector<double> model, readers, diameter;
    for (const auto& [name, patient] : proven) {
        column.patients.push_back(static_cast<int>(column.patients.size()));
        column.labels.push_back(patient.malignant);
        column.diameters.push_back(patient.diameter);
        model.push_back(patient.model);
        readers.push_back(patient.readers);
        diameter.push_back(patient.diameter);
        figures.malignant += static_cast<std::size_t>(patient.malignant);
    }
    figures.patients = proven.size();
    figures.model = interval(column, model, auc_of, options);
    figures.readers_mean = interval(column, readers, auc_of, options);
    figures.readers_diameter = interval(column, diameter, auc_of, options);
    return figures;
}

}  // namespace huizhen::node
