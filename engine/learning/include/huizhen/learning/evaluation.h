#pragma once

// How good a model is on a site's own held-out patients. Only HeadFigures leave a site; scores do not.

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace huizhen::learning {

// Figures that the data cannot give (one class only) are NaN.
struct HeadFigures {
    std::string head;
    std::uint64_t n = 0, positives = 0, patients = 0;
    double auc = 0, auc_low = 0, auc_high = 0;  // 95 %, bootstrap over patients
    double brier = 0;
    double ece = 0;  // ten bins
    // logit P = intercept + slope * the model's logit; a calibrated model has 0 and 1.
    double calibration_intercept = 0, calibration_slope = 0;
};

// Case by case, for pooling in a benchmark.
struct HeadScores {
    std::vector<double> logits;
    std::vector<int> labels;
    std::vector<int> patients;    // numbered within the site
    std::vector<float> sizes_mm;  // kUnknown where not known
};

HeadFigures figures_of(std::string head, const HeadScores& scores);

struct Evaluation {
    std::vector<HeadFigures> figures;  // by head
    std::vector<HeadScores> scores;    // by head; stay at the site
};

}  // namespace huizhen::learning
