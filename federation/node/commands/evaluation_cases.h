#pragma once

// The cases of an evaluation as columns, and the figures of one column against the labels.

#include <functional>

#include <huizhen/node/cohorts/ct_cases.h>
#include <huizhen/node/commands/evaluate.h>

namespace huizhen::node {

// One entry a case the model may be asked about.
struct EvaluationCases {
    std::vector<std::size_t> which;  // in the cohort
    std::vector<int> labels, patients, folds;
    std::vector<double> diameters;          // readers', mm
    std::vector<double> own_diameters;      // mm; 0 without an outline
    std::vector<double> raw, logits;        // the members' mean, before and after calibration
    std::vector<double> measured, picture;  // what either reader of the members says alone
    std::array<std::vector<double>, engine::kAttributeCount> attributes;  // on the readers' scales
};

struct BootstrapOptions {
    int resamples = 1000;
    std::uint64_t seed = 1;
};

ScoreFigures score_figures(std::string name, const EvaluationCases& cases, std::span<const double> scores,
                           const BootstrapOptions& options);
ScoreDifference score_difference(std::string against, const EvaluationCases& cases,
                                 std::span<const double> scores, std::span<const double> others,
                                 const BootstrapOptions& options);

std::vector<AttributeFigures> attribute_figures(const EvaluationCases& cases, const CtCohort& cohort);
std::vector<FormulaFigures> formula_figures(const EvaluationCases& cases, const CtCohort& cohort,
                                            const BootstrapOptions& options);
ProvenFigures proven_figures(const EvaluationCases& cases, const CtCohort& cohort,
                             const BootstrapOptions& options);

}  // namespace huizhen::node
