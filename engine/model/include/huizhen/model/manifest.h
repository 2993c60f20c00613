#pragma once

// What a model file says about itself, kept in the safetensors metadata: "huizhen.format", a number a reader
// checks first, and "huizhen.manifest", a JSON object. Unknown formats are refused, unknown keys of a known
// format are not.

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include <huizhen/base/result.h>
#include <huizhen/model/calibration_map.h>
#include <huizhen/nn/checkpoint.h>

namespace huizhen::engine {

inline constexpr int kManifestFormat = 1;

// A measurement enters a network as (value - mean) / deviation, cut to +-kFeatureLimit.
struct FeatureScale {
    std::string name;
    double mean = 0, deviation = 1;
};
inline constexpr double kFeatureLimit = 4;

struct ModelManifest {
    std::string architecture;             // "ct-readers/1", "nodule-2d/1"
    std::map<std::string, double> shape;  // widths and counts the architecture is built from
    std::vector<FeatureScale> features;   // in input order; empty for a network of pictures alone
    CalibrationMap calibration;
    ConformalThresholds conformal;
    std::string training_data_sha256;  // of the cases it was trained on, as the trainer read them
    // The first 8 hexadecimal digits of SHA-256 of every training patient's pseudonym, sorted: whoever
    // evaluates can leave a member out where it has seen the patient.
    std::vector<std::string> trained_on;
    std::map<std::string, double> operating_points;  // probabilities by what they reach: "sensitivity_95"
    std::map<std::string, std::string> provenance;   // seed, fold, data sets, software version

    bool has_seen(std::string_view patient) const;
    // shape[key]; kMalformedInput when missing, not whole, or outside [low, high].
    Result<std::int64_t> extent(const std::string& key, std::int64_t low, std::int64_t high) const;
};

std::string patient_mark(std::string_view patient);  // 8 hexadecimal digits, see trained_on

CheckpointMetadata to_metadata(const ModelManifest& manifest);
// kIntegrity for another format or architecture than `architecture`; kMalformedInput for what is not a
// manifest.
Result<ModelManifest> parse_manifest(const CheckpointMetadata& metadata, std::string_view architecture);

}  // namespace huizhen::engine
