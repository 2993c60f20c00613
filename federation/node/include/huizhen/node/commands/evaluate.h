#pragma once

// `huizhen-node evaluate`: what the models are worth on patients they never saw. Every case is judged only by
// the members whose training left its patient out: on the training cohorts those that kept its fold back, on
// new patients all of them.

#include <cstdint>
#include <filesystem>
#include <iosfwd>
#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include <huizhen/base/progress.h>
#include <huizhen/node/engine_runtime.h>
#include <huizhen/training/metrics.h>

namespace huizhen::node {

struct EvaluateRequest {
    std::filesystem::path data;   // with lidc-nodules/, lidc-crops/, luna-patches/
    std::filesystem::path model;  // with ct-*.safetensors, nodule-*.safetensors
    std::string split = "dev";    // of the cohorts' labels_<split>.csv
    int resamples = 1000;         // of the patient-clustered bootstrap
    std::uint64_t seed = 1;
};

// One score as a judge of malignancy; NaN where a figure cannot be had.
struct ScoreFigures {
    std::string score;  // "CT model", "its picture alone", "readers' diameter"
    engine::Interval auc;
    engine::Interval banded;                // size-controlled: pairs of one size band
    engine::Interval matched;               // size-controlled: pairs within 20 % of diameter
    std::array<engine::Interval, 3> bands;  // under 8, 8 to 12, 12 mm and more
    engine::Interval sensitivity_at_90_specificity;
};

// The first score minus another on the same resamples.
struct ScoreDifference {
    std::string against;
    engine::Interval auc, banded, matched;
};

struct CalibrationFigures {
    std::string method;
    bool nested =
        false;  // fitted without the fold it is counted on, since the cases calibrated the shipped map
    double ece_before = 0, ece_after = 0, brier_before = 0, brier_after = 0;
    double coverage_benign = 0, coverage_malignant = 0;  // of the label sets
    double undecided = 0, empty = 0;                     // share of sets with both labels, with none
    double alpha = 0.1;
};

struct AttributeFigures {
    std::string name;
    double model = 0;               // rank correlation with the readers' mean
    double readers = 0;             // mean rank correlation between two readers, all of lidc-crops
    double readers_same_cases = 0;  // the same on the cases the model was asked about
};

struct FormulaFigures {
    std::string name;
    std::size_t computed = 0;
    std::vector<std::string> missing;  // inputs lacking in at least one outlined case
    std::optional<ScoreFigures> figures;
};

struct ProvenFigures {
    std::size_t patients = 0, malignant = 0;
    std::size_t unknown = 0;                                 // patients whose diagnosis is coded unknown
    engine::Interval model, readers_mean, readers_diameter;  // AUC, a patient's highest nodule
};

struct NoduleFigures {
    std::size_t patches = 0, nodules = 0;
    engine::Interval auc;
    double sensitivity_at_90_specificity = 0, ece = 0;
    bool held_out = false;  // each patch by the member that left its fold out, its ECE by a map fitted
                            // without that fold; else by all members
};

struct Evaluation {
    std::size_t nodules = 0, patients = 0, malignant = 0, left_out = 0, without_outline = 0;
    std::string ct_sha256, nodule_sha256;
    std::vector<ScoreFigures> scores;  // the model first
    std::vector<ScoreDifference> differences;
    CalibrationFigures calibration;
    std::vector<AttributeFigures> attributes;
    std::vector<FormulaFigures> formulas;
    ProvenFigures proven;
    std::optional<NoduleFigures> nodule_or_not;
};

Result<Evaluation> evaluate(const EvaluateRequest& request, EngineRuntime& engine,
                            const std::stop_token& stop, ProgressSink& progress);

void write_table(const Evaluation& evaluation, std::ostream& out);
// A JSON object with "format": 1; figures that cannot be had are null.
std::string to_json(const Evaluation& evaluation);

}  // namespace huizhen::node
