#pragma once

// What `diagnose` knows about a scan: plain values that the document, the summary and the pictures are made
// from. No patient identity is in them.

#include <array>
#include <optional>
#include <string>
#include <vector>

#include <huizhen/clinical/facts.h>
#include <huizhen/clinical/guidelines.h>
#include <huizhen/clinical/risk_formulas.h>
#include <huizhen/dicom/series.h>
#include <huizhen/lung/nodule_measurement.h>
#include <huizhen/model/attributes.h>
#include <huizhen/model/calibration_map.h>
#include <huizhen/node/diagnosis/ranking.h>

namespace huizhen::node {

struct Place {
    imaging::Vec3 centre_mm;       // LPS
    imaging::Vec3 voxel;           // of the assembled volume, x to the left, y to the back, z to the head
    int slice = 0;                 // nearest slice, 1 is the lowest one
    std::string sop_instance_uid;  // of that slice
    std::string side;              // "right lung", "left lung", "outside the lungs"
    std::string lobe;              // the likeliest: "upper lobe"; empty when not told
    double lobe_probability = 0;   // from the position alone, fissures are not traced
    double upper_lobe_probability = 0;
    double depth_mm = 0;        // to the lungs' surface, positive inside
    double share_in_lungs = 1;  // of the outline
};

struct Malignancy {
    double probability = 0;
    engine::ProbabilityInterval interval = {};
    engine::LabelSet not_ruled_out = {};
    double miscoverage = 0.1;  // per class, of the label set
};

// Where a fact that a formula uses comes from: "measured", "model", "DICOM header", "command line".
struct FactSource {
    std::string fact, source;
};

struct Finding {
    int number = 0;  // from 1, most suspicious first
    Place place;
    imaging::NoduleMeasurement measurement;
    clinical::NoduleType type = clinical::NoduleType::kSolid;
    double nodule_probability = 0;
    Malignancy malignancy;
    std::array<double, engine::kAttributeCount> attributes{};  // in the order of engine::kAttributes
    clinical::NoduleFacts facts;
    std::vector<FactSource> fact_sources;
    std::vector<clinical::FormulaResult> formulas;
    std::vector<clinical::GuidelineResult> guidelines;
    std::string picture;                            // file name in the result folder; empty without one
    std::string evidence_name;                      // "occlusion"
    std::optional<imaging::Vec3> evidence_peak_mm;  // LPS, where the evidence is strongest
};

// How many times longer in space than wide in its largest axial section; 1 for a sphere.
inline double elongation(const imaging::NoduleMeasurement& m) {
    return m.short_axis_mm > 0 ? m.long_axis_3d_mm / m.short_axis_mm : 1.0;
}

struct StageTime {
    std::string stage;
    double seconds = 0;
};

struct ModelIdentity {
    std::string role;    // "malignancy", "nodule"
    std::string name;    // "ct-ensemble 1"
    std::string sha256;  // of its files
    int members = 1;
};

// A report or record that was given, checked, and not used.
struct UnusedInput {
    std::string kind;  // "text", "emr"
    std::string sha256;
    std::size_t bytes = 0;
};

struct Diagnosis {
    std::vector<Finding> findings;  // at most kMaxFindings, most suspicious first
    std::size_t candidates = 0;     // looked at
    std::size_t rejected = 0;       // not reported as nodules
    std::size_t not_reported = 0;   // judged nodules beyond kMaxFindings
    ReportingRule rule;
    std::vector<clinical::FormulaResult> patient_formulas;   // those that ask nothing about a nodule
    std::vector<clinical::GuidelineResult> exam_guidelines;  // when nothing was found
    clinical::PatientFacts patient;
    std::vector<FactSource> patient_fact_sources;

    bool synthetic = false;  // a phantom, by its own header
    std::string series_uid, study_uid, manufacturer, kernel;
    imaging::Size3 volume_size;
    imaging::Vec3 spacing_mm;
    double right_lung_litres = 0, left_lung_litres = 0;
    std::vector<imaging::AssemblyFinding> assembly;
    std::vector<std::string> cautions;  // about this scan, in words: lungs cut off, ...
    std::vector<imaging::InputFile> inputs;
    std::vector<UnusedInput> unused_inputs;
    std::vector<ModelIdentity> models;
    std::string backend;  // "cpu (oneDNN, avx2)"
    std::vector<StageTime> times;
    std::string created_at;     // ISO 8601, UTC
    std::string contact_sheet;  // file name; empty without pictures
};

inline constexpr std::size_t kMaxFindings = 8;

}  // namespace huizhen::node
