#pragma once

// The CT model at diagnosis time: the members of an ensemble, and what they say together about one nodule.
// One thread at a time, that of the context.

#include <array>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <huizhen/model/ct_network.h>

namespace huizhen::engine {

// One measurement by name.
struct NamedValue {
    std::string_view name;
    float value = 0;
};

struct CtInput {
    std::span<const float> patch_hu;           // 32^3, x fastest, see imaging's canonical patch
    std::span<const NamedValue> measurements;  // at least those of features(), in any order; NaN: not known
};

struct AttributeEstimate {
    double value = 0;   // on the readers' scale, kAttributes
    double spread = 0;  // standard deviation between the members
};

struct CtPrediction {
    double probability = 0;             // of malignancy as readers judge it, calibrated
    ProbabilityInterval interval;       // see member_interval()
    LabelSet labels;                    // conformal set
    std::vector<double> member_logits;  // calibrated
    std::array<AttributeEstimate, kAttributeCount> attributes;
    double readers_diameter_mm = 0;  // what readers would outline, as the members see it
};

class CtEnsemble {
  public:
    struct Member {
        std::string file, sha256;
        ModelManifest manifest;
        std::unique_ptr<ParameterSet> parameters;
        std::unique_ptr<CtNetwork> network;
    };

    // Every ct-*.safetensors in `folder`, in the order of names. kNotFound when there is none; kIntegrity for
    // an unknown format, members that read different measurements or were not calibrated alike;
    // kMalformedInput for a damaged file. `context` must outlive it.
    static Result<CtEnsemble> load(const std::filesystem::path& folder, Context& context);

    // kInvalidArgument, naming it, where a measurement is missing. `member_used`: which members answer, all
    // when empty.
    Result<std::vector<CtPrediction>> predict(std::span<const CtInput> inputs,
                                              const std::vector<bool>& member_used = {}) const;
    Result<CtPrediction> predict(const CtInput& input) const;

    const std::vector<FeatureScale>& features() const { return members_.front().manifest.features; }
    const std::vector<Member>& members() const { return members_; }
    Context& context() const { return *context_; }
    // SHA-256 of the members' SHA-256, in order: the name of the whole.
    const std::string& sha256() const { return sha256_; }

  private:
    CtEnsemble() = default;
    Context* context_ = nullptr;
    std::vector<Member> members_;
    std::string sha256_;
};

// The network's inputs for some nodules and one member's manifest: patches [N, 1, 32, 32, 32], measurements
// [N, F].
struct CtBatch {
    Tensor patches, measurements;
};
Result<CtBatch> ct_batch(Context& context, const ModelManifest& manifest, std::span<const CtInput> inputs);

}  // namespace huizhen::engine
