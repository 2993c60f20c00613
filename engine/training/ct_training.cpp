#include <huizhen/base/check.h>
#include <huizhen/tensor/losses.h>
#include <huizhen/training/ct_training.h>
#include <huizhen/training/metrics.h>

namespace huizhen::engine {
namespace {

constexpr std::size_t kVoxels = std::size_t{kCtPatchSide} * kCtPatchSide * kCtPatchSide;
constexpr std::size_t kInferenceBatch = 32;
constexpr std::uint64_t kCaseKey = 0xc2b2ae3d27d4eb4fU;  // so that cases never share streams with dropout
constexpr int kStreamBitsOfCase = 8;

std::int64_t extent(std::size_t n) { return static_cast<std::int64_t>(n); }

Tensor patches_tensor(Context& context, std::span<const float> values) {
    return Tensor::from(
        context, {extent(values.size() / kVoxels), 1, kCtPatchSide, kCtPatchSide, kCtPatchSide}, values);
}

constexpr std::size_t kSides = CtNetwork::kOutputs - CtNetwork::kAttribute;  // attributes, score, size

// What a batch should answer.
struct Targets {
    Tensor malignancy, weights;  // [N]
    Tensor sides, side_weights;  // [N, kSides]; weight 0: not known

    Targets(Context& context, std::span<const CtCase* const> batch) {
        std::vector<float> label, weight, side(batch.size() * kSides), known(side.size());
        for (std::size_t k = 0; k < batch.size(); ++k) {
            const CtCase& one = *batch[k];
            const auto own_weight = static_cast<float>(one.weight);
            label.push_back(static_cast<float>(one.malignancy));
            weight.push_back(own_weight);
            const auto set = [&](std::size_t column, double value) {
                side[k * kSides + column] = static_cast<float>(value);
                known[k * kSides + column] = own_weight;
            };
            for (std::size_t a = 0; a < kAttributeCount; ++a) {
                if (one.attribute_known[a]) set(a, one.attributes[a]);
            }
            if (one.score) set(kAttributeCount, *one.score);
            if (one.outlined_mm > 0) set(kAttributeCount + 1, size_of_diameter(one.outlined_mm));
        }
        const std::int64_t n = extent(batch.size());
        malignancy = Tensor::from(context, {n}, label);
        weights = Tensor::from(context, {n}, weight);
        sides = Tensor::from(context, {n, extent(kSides)}, side);
        side_weights = Tensor::from(context, {n, extent(kSides)}, known);
    }
};

class Task final : public TrainingTask {
  public:
    Task(const CtNetwork& network, Context& context, const CtSet& set, int fold,
         std::span<const FeatureScale> scales, const CtRecipe& recipe)
        : network_(network),
          context_(context),
          set_(set),
          scales_(scales),
          recipe_(recipe),
          cases_(ct_training_cases(set, fold)),
          kept_back_(ct_held_out_cases(set, fold)) {}

    std::size_t size() const override { return cases_.size(); }
    Tensor loss(std::span<const std::size_t> cases, Philox& random) override;
    double validate() override;

  private:
    void make_picture(const CtCase& of, Philox& random, std::span<float> patch) const;
    void make_measurements(const CtCase& of, Philox& random, std::span<float> features) const;
    Tensor answer_loss(const Tensor& answer, const Targets& targets) const;

    const CtNetwork& network_;
    Context& context_;
    const CtSet& set_;
    std::span<const FeatureScale> scales_;
    const CtRecipe& recipe_;
    std::vector<std::size_t> cases_, kept_back_;
};

void Task::make_picture(const CtCase& of, Philox& random, std::span<float> patch) const {
    std::vector<float> source(of.source_hu.size());
    std::transform(of.source_hu.begin(), of.source_hu.end(), source.begin(), ct_input);
    augment_cube(source, kCtSourceSide, kCtPatchSide, recipe_.augmentation, random, patch);
}

void Task::make_measurements(const CtCase& of, Philox& random, std::span<float> features) const {
    random.normal(features, 0.0F, static_cast<float>(recipe_.feature_noise));
    const auto standard = standardise(scales_, of.features);
    for (std::size_t k = 0; k < features.size(); ++k) features[k] += standard[k];
}

Tensor Task::loss(std::span<const std::size_t> cases, Philox& random) {
    // Cases with a picture first, so that both kinds are runs of rows.
    std::vector<const CtCase*> with, batch;
    std::vector<const CtCase*> without;
    for (const std::size_t k : cases) {
        const CtCase& one = set_.cases[cases_[k]];
        const bool seen = !one.source_hu.empty() && random.uniform() >= recipe_.picture_dropout;
        (seen ? with : without).push_back(&one);
    }
    batch = with;
    batch.insert(batch.end(), without.begin(), without.end());

    const std::size_t n = batch.size(), width = scales_.size();
    std::vector<float> patches(with.size() * kVoxels), features(n * width);
    const std::uint64_t stream = random.take() << kStreamBitsOfCase;
    context_.executor().parallel_for(n, 1, [&](std::size_t begin, std::size_t end) {
        for (std::size_t k = begin; k < end; ++k) {
            Philox own(random.seed() ^ kCaseKey ^ (k << 32), stream);
            if (k < with.size())
                make_picture(*batch[k], own, std::span(patches).subspan(k * kVoxels, kVoxels));
            make_measurements(*batch[k], own, std::span(features).subspan(k * width, width));
        }
    });
    const Pass pass{&random};
    const Targets targets(context_, batch);
    const Tensor hidden =
        network_.read_measurements(Tensor::from(context_, {extent(n), extent(width)}, features), pass);
    const Tensor measured = network_.measured_answer(hidden, pass);
    if (with.empty()) return answer_loss(measured, targets);

    // The measurements' answer is not changed to suit the picture: what it says has to stand without one.
    const auto seen = extent(with.size());
    const Tensor correction = network_.correction(network_.places(patches_tensor(context_, patches)),
                                                  slice(hidden, 0, 0, seen).detach(), pass);
    const Tensor corrected = slice(measured, 0, 0, seen).detach() + correction;
    const Tensor fused_loss = answer_loss(corrected, Targets(context_, with));
    return answer_loss(measured, targets) + static_cast<float>(recipe_.picture_weight) * fused_loss;
}

Tensor Task::answer_loss(const Tensor& answer, const Targets& targets) const {
    const Tensor logits = reshape(slice(answer, 1, CtNetwork::kMalignancy, CtNetwork::kMalignancy + 1), {-1});
    const Tensor sides = slice(answer, 1, CtNetwork::kAttribute, CtNetwork::kOutputs);
    return bce_with_logits(logits, targets.malignancy, targets.weights) +
           static_cast<float>(recipe_.side_weight) *
               squared_error(sides, targets.sides, targets.side_weights);
}

double Task::validate() {
    std::vector<int> labels;
    for (const std::size_t i : kept_back_) labels.push_back(set_.cases[i].label);
    return auc(ct_scores(network_, context_, set_, scales_, kept_back_).malignancy, labels);
}

}  // namespace

std::vector<std::size_t> ct_training_cases(const CtSet& set, int fold) {
    std::vector<std::size_t> which;
    for (std::size_t i = 0; i < set.cases.size(); ++i) {
        if (set.cases[i].fold != fold && set.cases[i].trainable) which.push_back(i);
    }
    return which;
}

std::vector<std::size_t> ct_held_out_cases(const CtSet& set, int fold) {
    std::vector<std::size_t> which;
    for (std::size_t i = 0; i < set.cases.size(); ++i) {
        if (set.cases[i].fold == fold && set.cases[i].scored) which.push_back(i);
    }
    return which;
}

std::vector<FeatureScale> feature_scales(const CtSet& set, int fold) {
    const auto which = ct_training_cases(set, fold);
    std::vector<FeatureScale> scales;
    for (std::size_t k = 0; k < set.feature_names.size(); ++k) {
        double sum = 0, squares = 0, count = 0;
        for (const std::size_t i : which) {
            const auto value = static_cast<double>(set.cases[i].features[k]);
            if (!std::isfinite(value)) continue;
            sum += value;
            count += 1;
        }
        const double mean = count > 0 ? sum / count : 0.0;
        for (const std::size_t i : which) {
            const auto value = static_cast<double>(set.cases[i].features[k]);
            if (std::isfinite(value)) squares += (value - mean) * (value - mean);
        }
        const double deviation = count > 0 ? std::sqrt(squares / count) : 0.0;
        scales.push_back({set.feature_names[k], mean, deviation > 1e-6 ? deviation : 1.0});
    }
    return scales;
}

Result<TrainingOutcome> train_ct_network(const CtNetwork& network, ParameterSet& parameters, const CtSet& set,
                                         int fold, std::span<const FeatureScale> scales,
                                         const CtRecipe& recipe, const std::stop_token& stop,
                                         ProgressSink& progress) {
    Task task(network, parameters.context(), set, fold, scales, recipe);
    if (task.size() == 0) return fail(ErrorCode::kInvalidArgument, "no cases outside the fold kept back");
    return train(parameters, task, recipe.training, stop, progress);
}

CtScores ct_scores(const CtNetwork& network, Context& context, const CtSet& set,
                   std::span<const FeatureScale> scales, std::span<const std::size_t> which) {
    const InferenceScope inference(context);
    CtScores scores;
    for (std::size_t first = 0; first < which.size(); first += kInferenceBatch) {
        const auto some = which.subspan(first, std::min(kInferenceBatch, which.size() - first));
        std::vector<float> patches(some.size() * kVoxels), features;
        for (std::size_t k = 0; k < some.size(); ++k) {
            const CtCase& one = set.cases[some[k]];
            HZ_CHECK(!one.source_hu.empty(), "cases with a picture are scored");
            const auto patch = std::span(patches).subspan(k * kVoxels, kVoxels);
            middle_cube(one.source_hu, kCtSourceSide, kCtPatchSide, patch);
            std::transform(patch.begin(), patch.end(), patch.begin(), ct_input);
            const auto standard = standardise(scales, one.features);
            features.insert(features.end(), standard.begin(), standard.end());
        }
        const Tensor hidden = network.read_measurements(
            Tensor::from(context, {extent(some.size()), extent(scales.size())}, features), {});
        const Tensor measured = network.measured_answer(hidden, {});
        const Tensor whole =
            measured + network.correction(network.places(patches_tensor(context, patches)), hidden, {});
        const auto alone = measured.to_vector(), answers = whole.to_vector();
        for (std::size_t k = 0; k < some.size(); ++k) {
            const auto row = std::span(answers).subspan(k * CtNetwork::kOutputs, CtNetwork::kOutputs);
            scores.malignancy.push_back(static_cast<double>(row[CtNetwork::kMalignancy]));
            scores.measured_malignancy.push_back(
                static_cast<double>(alone[k * CtNetwork::kOutputs + CtNetwork::kMalignancy]));
            std::array<double, kAttributeCount> attributes{};
            for (std::size_t a = 0; a < kAttributeCount; ++a) {
                attributes[a] = attribute_score(a, static_cast<double>(row[CtNetwork::kAttribute + a]));
            }
            scores.attributes.push_back(attributes);
            scores.outlined_mm.push_back(diameter_of_size(static_cast<double>(row[CtNetwork::kSize])));
        }
    }
    return scores;
}

}  // namespace huizhen::engine
