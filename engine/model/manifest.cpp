#include <nlohmann/json.hpp>

#include <huizhen/base/sha256.h>
#include <huizhen/model/manifest.h>

namespace huizhen::engine {
namespace {

using Json = nlohmann::json;

constexpr std::string_view kFormatKey = "huizhen.format", kManifestKey = "huizhen.manifest";
constexpr std::size_t kMaxFeatures = 4096;

Json to_json(const ModelManifest& manifest) {
    Json features = Json::array();
    for (const FeatureScale& feature : manifest.features) {
        features.push_back(
            {{"name", feature.name}, {"mean", feature.mean}, {"deviation", feature.deviation}});
    }
    return {
        {"architecture", manifest.architecture},
        {"shape", manifest.shape},
        {"features", features},
        {"calibration",
         {{"kind", calibration_kind_name(manifest.calibration.kind)},
          {"a", manifest.calibration.a},
          {"b", manifest.calibration.b},
          {"c", manifest.calibration.c}}},
        {"conformal",
         {{"alpha", manifest.conformal.alpha},
          {"benign", manifest.conformal.benign},
          {"malignant", manifest.conformal.malignant}}},
        {"training_data_sha256", manifest.training_data_sha256},
        {"trained_on", manifest.trained_on},
        {"operating_points", manifest.operating_points},
        {"provenance", manifest.provenance},
    };
}

// Throws what nlohmann throws on a wrong type; the caller turns it into an error.
ModelManifest from_json(const Json& json) {
    ModelManifest manifest;
    json.at("architecture").get_to(manifest.architecture);
    json.at("shape").get_to(manifest.shape);
    for (const Json& feature : json.at("features")) {
        manifest.features.push_back({feature.at("name").get<std::string>(), feature.at("mean").get<double>(),
                                     feature.at("deviation").get<double>()});
    }
    const Json& calibration = json.at("calibration");
    const auto kind = calibration_kind(calibration.at("kind").get<std::string>());
    if (!kind) throw std::invalid_argument("calibration of an unknown kind");
    manifest.calibration = {*kind, calibration.at("a").get<double>(), calibration.at("b").get<double>(),
                            calibration.at("c").get<double>()};
    const Json& conformal = json.at("conformal");
    manifest.conformal = {conformal.at("alpha").get<double>(), conformal.at("benign").get<double>(),
                          conformal.at("malignant").get<double>()};
    json.at("training_data_sha256").get_to(manifest.training_data_sha256);
    json.at("trained_on").get_to(manifest.trained_on);
    json.at("operating_points").get_to(manifest.operating_points);
    json.at("provenance").get_to(manifest.provenance);
    return manifest;
}

bool is_share(double value) { return value >= 0 && value <= 1; }

bool sound(const ModelManifest& manifest) {
    const ConformalThresholds& sets = manifest.conformal;
    if (!is_share(sets.alpha) || !is_share(sets.benign) || !is_share(sets.malignant)) return false;
    // has_seen() searches it: in another order a patient seen would pass as unseen.
    if (!std::is_sorted(manifest.trained_on.begin(), manifest.trained_on.end())) return false;
    if (manifest.features.size() > kMaxFeatures) return false;
    return std::all_of(manifest.features.begin(), manifest.features.end(),
                       [](const FeatureScale& f) { return f.deviation > 0 && !f.name.empty(); });
}

}  // namespace

std::string patient_mark(std::string_view patient) {
    return to_hex(sha256(std::as_bytes(std::span(patient.data(), patient.size())))).substr(0, 8);
}

bool ModelManifest::has_seen(std::string_view patient) const {
    return std::binary_search(trained_on.begin(), trained_on.end(), patient_mark(patient));
}

Result<std::int64_t> ModelManifest::extent(const std::string& key, std::int64_t low,
                                           std::int64_t high) const {
    const auto found = shape.find(key);
    if (found == shape.end()) return fail(ErrorCode::kMalformedInput, "the model's shape lacks " + key);
    const double value = found->second;
    if (!(value >= static_cast<double>(low) && value <= static_cast<double>(high)) ||
        value != std::floor(value)) {
        return fail(ErrorCode::kMalformedInput, "the model's shape has an impossible " + key);
    }
    return static_cast<std::int64_t>(value);
}

CheckpointMetadata to_metadata(const ModelManifest& manifest) {
    return {{std::string(kFormatKey), std::to_string(kManifestFormat)},
            {std::string(kManifestKey), to_json(manifest).dump()}};
}

Result<ModelManifest> parse_manifest(const CheckpointMetadata& metadata, std::string_view architecture) {
    const auto format = metadata.find(kFormatKey), text = metadata.find(kManifestKey);
    if (format == metadata.end() || text == metadata.end()) {
        return fail(ErrorCode::kMalformedInput, "not a model of this appliance: no manifest in the file");
    }
    if (format->second != std::to_string(kManifestFormat)) {
        return fail(ErrorCode::kIntegrity, "the model file has format " + format->second +
                                               ", this version reads " + std::to_string(kManifestFormat) +
                                               ": update the appliance or the model");
    }
    try {
        ModelManifest manifest = from_json(Json::parse(text->second));
        if (manifest.architecture != architecture) {
            return fail(ErrorCode::kIntegrity, "the model is of architecture " + manifest.architecture +
                                                   ", expected " + std::string(architecture));
        }
        if (!sound(manifest)) return fail(ErrorCode::kMalformedInput, "the model's manifest is not usable");
        return manifest;
    } catch (const std::exception&) {
        return fail(ErrorCode::kMalformedInput, "the model's manifest is damaged");
    }
}

}  // namespace huizhen::engine
