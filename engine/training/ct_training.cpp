#include <huizhen/training/ct_training.h>

#include <huizhen/base/check.h>
#include <huizhen/tensor/losses.h>
#include <huizhen/training/metrics.h>

namespace huizhen::engine {
namespace {

constexpr std::size_t kVoxels = std::size_t{kCtPatchSide} * kCtPatchSide * kCtPatchSide;
constexpr std::size_t kInferenceBatch = 32;
constexpr std::uint64_t kCaseKey = 0xc2b2ae3d27d4eb4fU;  // so that cases never share streams with dropout
constexpr int kStreamBitsOfCase = 8;

std::int64_t extent(std::size_t n) { return static_cast<std::int64_t>(n); }

Tensor patches_tensor(Context& context, std::span<const float> values) {
    return Tensor::from(context, {extent(values.size() / kVoxels), 1, kCtPatchSide, kCtPatchSide, kCtPatchSide}, values);
}

class Task final : public TrainingTask {
  public:
    Task(const CtNetwork& network, Context& context, const CtSet& set, int fold, std::span<const FeatureScale> scales,
         const CtRecipe& recipe)
        : network_(network),
          context_(context),
          set_(set),
          scales_(scales),
          recipe_(recipe),
          cases_(ct_training_cases(set, fold)) {
        for (std::size_t i = 0; i < set.cases.size(); ++i) {
            if (set.cases[i].fold == fold) kept_back_.push_back(i);
        }
    }

    std::size_t size() const override { return cases_.size(); }
    Tensor loss(std::span<const std::size_t> cases, Philox& random) override;
    double validate() override;

  private:
    void make_input(const CtCase& of, Philox& random, std::span<float> patch, std::span<float> features) const;

    const CtNetwork& network_;
    Context& context_;
    const CtSet& set_;
    std::span<const FeatureScale> scales_;
    const CtRecipe& recipe_;
    std::vector<std::size_t> cases_, kept_back_;
};

void Task::make_input(const CtCase& of, Philox& random, std::span<float> patch, std::span<float> features) const {
    std::vector<float> source(of.source_hu.size());
    std::transform(of.source_hu.begin(), of.source_hu.end(), source.begin(), ct_input);
    augment_cube(source, kCtSourceSide, kCtPatchSide, recipe_.augmentation, random, patch);
    random.normal(features, 0.0F, static_cast<float>(recipe_.feature_noise));
    const auto standard = standardise(scales_, of.features);
    for (std::size_t k = 0; k < features.size(); ++k) features[k] += standard[k];
}

Tensor Task::loss(std::span<const std::size_t> cases, Philox& random) {
    const std::size_t n = cases.size(), width = scales_.size();
    std::vector<float> patches(n * kVoxels), features(n * width);
    std::vector<float> malignancy(n), attributes(n * kAttributeCount), known(n * kAttributeCount);
    const std::uint64_t stream = random.take() << kStreamBitsOfCase;
    context_.executor().parallel_for(n, 1, [&](std::size_t begin, std::size_t end) {
        for (std::size_t k = begin; k < end; ++k) {
            const CtCase& one = set_.cases[cases_[cases[k]]];
            Philox own(random.seed() ^ kCaseKey ^ (k << 32), stream);
            make_input(one, own, std::span(patches).subspan(k * kVoxels, kVoxels),
                       std::span(features).subspan(k * width, width));
            malignancy[k] = static_cast<float>(one.malignancy);
            for (std::size_t a = 0; a < kAttributeCount; ++a) {
                attributes[k * kAttributeCount + a] = static_cast<float>(one.attributes[a]);
                known[k * kAttributeCount + a] = one.attribute_known[a] ? 1.0F : 0.0F;
            }
        }
    });
    const auto output = network_(patches_tensor(context_, patches),
                                 Tensor::from(context_, {extent(n), extent(width)}, features), {&random});
    const Shape heads{extent(n), extent(kAttributeCount)};
    return bce_with_logits(output.malignancy, Tensor::from(context_, {extent(n)}, malignancy)) +
           static_cast<float>(recipe_.attribute_weight) *
               bce_with_logits(output.attributes, Tensor::from(context_, heads, attributes),
                               Tensor::from(context_, heads, known));
}

double Task::validate() {
    std::vector<int> labels;
    for (const std::size_t i : kept_back_) labels.push_back(set_.cases[i].label);
    return auc(ct_scores(network_, context_, set_, scales_, kept_back_).malignancy, labels);
}

}  // namespace

std::vector<int> CtSet::folds() const {
    std::vector<int> folds;
    for (const CtCase& one : cases) folds.push_back(one.fold);
    return folds;
}

std::vector<std::size_t> ct_training_cases(const CtSet& set, int fold) {
    std::vector<std::size_t> which;
    for (std::size_t i = 0; i < set.cases.size(); ++i) {
        if (set.cases[i].fold != fold && set.cases[i].trainable) which.push_back(i);
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

Result<TrainingOutcome> train_ct_network(const CtNetwork& network, ParameterSet& parameters, const CtSet& set, int fold,
                                         std::span<const FeatureScale> scales, const CtRecipe& recipe,
                                         const std::stop_token& stop, ProgressSink& progress) {
    Task task(network, parameters.context(), set, fold, scales, recipe);
    if (task.size() == 0) return fail(ErrorCode::kInvalidArgument, "no cases outside the fold kept back");
    return train(parameters, task, recipe.training, stop, progress);
}

CtScores ct_scores(const CtNetwork& network, Context& context, const CtSet& set, std::span<const FeatureScale> scales,
                   std::span<const std::size_t> which) {
    const InferenceScope inference(context);
    CtScores scores;
    for (std::size_t first = 0; first < which.size(); first += kInferenceBatch) {
        const auto some = which.subspan(first, std::min(kInferenceBatch, which.size() - first));
        std::vector<float> patches(some.size() * kVoxels), features;
        for (std::size_t k = 0; k < some.size(); ++k) {
            const CtCase& one = set.cases[some[k]];
            const auto patch = std::span(patches).subspan(k * kVoxels, kVoxels);
            middle_cube(one.source_hu, kCtSourceSide, kCtPatchSide, patch);
            std::transform(patch.begin(), patch.end(), patch.begin(), ct_input);
            const auto standard = standardise(scales, one.features);
            features.insert(features.end(), standard.begin(), standard.end());
        }
        const auto output = network(patches_tensor(context, patches),
                                    Tensor::from(context, {extent(some.size()), extent(scales.size())}, features), {});
        const auto logits = output.malignancy.to_vector(), attributes = output.attributes.to_vector();
        for (std::size_t k = 0; k < some.size(); ++k) {
            scores.malignancy.push_back(static_cast<double>(logits[k]));
            std::array<double, kAttributeCount> places{};
            for (std::size_t a = 0; a < kAttributeCount; ++a) {
                places[a] = sigmoid(static_cast<double>(attributes[k * kAttributeCount + a]));
            }
            scores.attributes.push_back(places);
        }
    }
    return scores;
}

}  // namespace huizhen::engine
