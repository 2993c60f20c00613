#include <huizhen/base/check.h>
#include <huizhen/model/ct_ensemble.h>

#include "member_files.h"

namespace huizhen::engine {
namespace {

constexpr std::size_t kVoxels = std::size_t{kCtPatchSide} * kCtPatchSide * kCtPatchSide;
constexpr std::size_t kBatch = 16;

Result<CtEnsemble::Member> load_member(const Checkpoint& file, std::string name, Context& context) {
    CtEnsemble::Member member;
    member.file = std::move(name);
    member.sha256 = file.sha256();
    HZ_ASSIGN(member.manifest, parse_manifest(file.metadata(), kCtArchitecture));
    HZ_ASSIGN(const CtNetworkShape shape, ct_network_shape(member.manifest));
    member.parameters = std::make_unique<ParameterSet>(context, 0);
    member.network = std::make_unique<CtNetwork>(Scope(*member.parameters, "ct"), shape);
    HZ_TRY(load_parameters(file, *member.parameters));
    return member;
}

bool same_features(const ModelManifest& a, const ModelManifest& b) {
    return std::equal(a.features.begin(), a.features.end(), b.features.begin(), b.features.end(),
                      [](const FeatureScale& x, const FeatureScale& y) { return x.name == y.name; });
}

Result<std::vector<float>> ordered_values(const ModelManifest& manifest, std::span<const NamedValue> given) {
    std::vector<float> values;
    for (const FeatureScale& feature : manifest.features) {
        const auto found = std::find_if(given.begin(), given.end(),
                                        [&](const NamedValue& v) { return v.name == feature.name; });
        if (found == given.end()) {
            return fail(ErrorCode::kInvalidArgument, "the model needs the measurement " + feature.name);
        }
        values.push_back(found->value);
    }
    return values;
}

struct Spread {
    double mean = 0, deviation = 0;
};

Spread spread_of(std::span<const double> values) {
    Spread spread;
    const auto n = static_cast<double>(values.size());
    for (const double v : values) spread.mean += v / n;
    double squares = 0;
    for (const double v : values) squares += (v - spread.mean) * (v - spread.mean);
    spread.deviation = values.size() > 1 ? std::sqrt(squares / (n - 1)) : 0.0;
    return spread;
}

// What all members said about one nodule.
struct Answers {
    std::vector<double> logits;
    std::array<std::vector<double>, kAttributeCount> attributes;
    std::vector<double> sizes;
    std::vector<ConformalThresholds> thresholds;
};

CtPrediction combine(Answers answers) {
    CtPrediction prediction;
    prediction.probability = sigmoid(spread_of(answers.logits).mean);
    prediction.interval = member_interval(answers.logits);
    ConformalThresholds thresholds{.alpha = answers.thresholds.front().alpha, .benign = 0, .malignant = 0};
    for (const ConformalThresholds& member :
         answers.thresholds) {  // the same in all, if they were calibrated together
        thresholds.benign = std::max(thresholds.benign, member.benign);
        thresholds.malignant = std::max(thresholds.malignant, member.malignant);
    }
    prediction.labels = thresholds.set_of(prediction.probability);
    for (std::size_t k = 0; k < kAttributeCount; ++k) {
        const Spread spread = spread_of(answers.attributes[k]);
        prediction.attributes[k] = {spread.mean, spread.deviation};
    }
    prediction.readers_diameter_mm = diameter_of_size(spread_of(answers.sizes).mean);
    prediction.member_logits = std::move(answers.logits);
    return prediction;
}

Status ask(const CtEnsemble::Member& member, Context& context, std::span<const CtInput> inputs,
           std::span<Answers> answers) {
    HZ_ASSIGN(const CtBatch batch, ct_batch(context, member.manifest, inputs));
    const auto answers_of = (*member.network)(batch.patches, batch.measurements, {}).to_vector();
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        const auto row = std::span(answers_of).subspan(i * CtNetwork::kOutputs, CtNetwork::kOutputs);
        answers[i].logits.push_back(
            member.manifest.calibration.logit(static_cast<double>(row[CtNetwork::kMalignancy])));
        answers[i].thresholds.push_back(member.manifest.conformal);
        for (std::size_t k = 0; k < kAttributeCount; ++k) {
            answers[i].attributes[k].push_back(
                attribute_score(k, static_cast<double>(row[CtNetwork::kAttribute + k])));
        }
        answers[i].sizes.push_back(static_cast<double>(row[CtNetwork::kSize]));
    }
    return {};
}

}  // namespace

Result<CtEnsemble> CtEnsemble::load(const std::filesystem::path& folder, Context& context) {
    HZ_ASSIGN(const auto files, member_files(folder, "ct-"));
    CtEnsemble ensemble;
    ensemble.context_ = &context;
    std::vector<std::string> hashes;
    for (const auto& path : files) {
        HZ_ASSIGN(const Checkpoint file, Checkpoint::open(path));  // names the file in its errors
        auto member = load_member(file, path.filename().string(), context);
        if (!member) return fail(member.error().within(path.string()));
        hashes.push_back(member->sha256);
        ensemble.members_.push_back(*std::move(member));
        if (!same_features(ensemble.members_.front().manifest, ensemble.members_.back().manifest)) {
            return fail(ErrorCode::kIntegrity,
                        path.string() + ": reads other measurements than the first member");
        }
        if (ensemble.members_.front().manifest.calibration.kind !=
            ensemble.members_.back().manifest.calibration.kind) {
            return fail(ErrorCode::kIntegrity,
                        path.string() +
                            ": is calibrated in another way than the first member; was training "
                            "stopped before it was done?");
        }
    }
    ensemble.sha256_ = ensemble_sha256(hashes);
    return ensemble;
}

Result<CtBatch> ct_batch(Context& context, const ModelManifest& manifest, std::span<const CtInput> inputs) {
    std::vector<float> patches, measurements;
    patches.reserve(inputs.size() * kVoxels);
    for (const CtInput& input : inputs) {
        HZ_CHECK(input.patch_hu.size() == kVoxels, "a patch of 32^3");
        std::transform(input.patch_hu.begin(), input.patch_hu.end(), std::back_inserter(patches), ct_input);
        HZ_ASSIGN(const auto values, ordered_values(manifest, input.measurements));
        const auto standard = standardise(manifest.features, values);
        measurements.insert(measurements.end(), standard.begin(), standard.end());
    }
    const auto n = static_cast<std::int64_t>(inputs.size());
    const auto features = static_cast<std::int64_t>(manifest.features.size());
    return CtBatch{Tensor::from(context, {n, 1, kCtPatchSide, kCtPatchSide, kCtPatchSide}, patches),
                   Tensor::from(context, {n, features}, measurements)};
}

Result<std::vector<CtPrediction>> CtEnsemble::predict(std::span<const CtInput> inputs,
                                                      const std::vector<bool>& member_used) const {
    HZ_CHECK(member_used.empty() || member_used.size() == members_.size(), "one flag per member");
    HZ_CHECK(
        member_used.empty() || std::find(member_used.begin(), member_used.end(), true) != member_used.end(),
        "at least one member answers");
    const InferenceScope inference(*context_);
    std::vector<CtPrediction> predictions;
    for (std::size_t first = 0; first < inputs.size(); first += kBatch) {
        const auto some = inputs.subspan(first, std::min(kBatch, inputs.size() - first));
        std::vector<Answers> answers(some.size());
        for (std::size_t m = 0; m < members_.size(); ++m) {
            if (member_used.empty() || member_used[m]) HZ_TRY(ask(members_[m], *context_, some, answers));
        }
        for (Answers& about_one : answers) predictions.push_back(combine(std::move(about_one)));
    }
    return predictions;
}

Result<CtPrediction> CtEnsemble::predict(const CtInput& input) const {
    HZ_ASSIGN(auto predictions, predict(std::span(&input, 1)));
    return std::move(predictions.front());
}

}  // namespace huizhen::engine
