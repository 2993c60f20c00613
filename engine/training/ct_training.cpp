#include <huizhen/base/check.h>
#include <huizhen/tensor/losses.h>
#include <huizhen/training/ct_training.h>
#include <huizhen/training/metrics.h>

namespace huizhen::engine {
namespace {

constexpr SlabShape kOneSlice{1, kCtPatchSide}, kReadSlices{kCtSlices, kCtPatchSide};
constexpr std::size_t kInferenceBatch = 32;
constexpr std::uint64_t kCaseKey = 0xc2b2ae3d27d4eb4fU;  // so that cases never share streams with dropout
constexpr int kStreamBitsOfCase = 8;

std::int64_t extent(std::size_t n) { return static_cast<std::int64_t>(n); }

Tensor slices_tensor(Context& context, std::span<const float> values) {
    return Tensor::from(context, {extent(values.size() / kOneSlice.count()), 1, kCtPatchSide, kCtPatchSide},
                        values);
}

SlabShape shape_of(const CtCase& one) {
    return one.source_hu.size() == kCtSourceVolume.count() ? kCtSourceVolume : kCtSourceSlice;
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
    void make_slice(const CtCase& of, Philox& random, std::span<float> slice) const;
    void make_measurements(const CtCase& of, Philox& random, std::span<float> features) const;
    Tensor answer_loss(const Tensor& answer, const Targets& targets) const;

    const CtNetwork& network_;
    Context& context_;
    const CtSet& set_;
    std::span<const FeatureScale> scales_;
    const CtRecipe& recipe_;
    std::vector<std::size_t> cases_, kept_back_;
};

void Task::make_slice(const CtCase& of, Philox& random, std::span<float> slice) const {
    std::vector<float> source(of.source_hu.size());
    std::transform(of.source_hu.begin(), of.source_hu.end(), source.begin(), ct_input);
    augment_slab(source, shape_of(of), kOneSlice, recipe_.augmentation, random, slice);
}

void Task::make_measurements(const CtCase& of, Philox& random, std::span<float> features) const {
    random.normal(features, 0.0F, static_cast<float>(recipe_.feature_noise));
    const auto standard = standardise(scales_, of.features);
    for (std::size_t k = 0; k < features.size(); ++k) features[k] += standard[k];
}

Tensor Task::loss(std::span<const std::size_t> cases, Philox& random) {
    // Cases with a picture first, so that they are a run of rows.
    std::vector<const CtCase*> batch;
    for (const std::size_t k : cases) batch.push_back(&set_.cases[cases_[k]]);
    const auto end_of_seen = std::stable_partition(batch.begin(), batch.end(),
                                                   [](const CtCase* one) { return !one->source_hu.empty(); });
    const auto seen = static_cast<std::size_t>(end_of_seen - batch.begin());

    const std::size_t n = batch.size(), width = scales_.size(), pixels = kOneSlice.count();
    std::vector<float> slices(seen * pixels), features(n * width);
    const std::uint64_t stream = random.take() << kStreamBitsOfCase;
    context_.executor().parallel_for(n, 1, [&](std::size_t begin, std::size_t end) {
        for (std::size_t k = begin; k < end; ++k) {
            Philox own(random.seed() ^ kCaseKey ^ (k << 32), stream);
            if (k < seen) make_slice(*batch[k], own, std::span(slices).subspan(k * pixels, pixels));
            make_measurements(*batch[k], own, std::span(features).subspan(k * width, width));
        }
    });
    const Pass pass{&random};
    const Tensor measured =
        network_.measured_answer(Tensor::from(context_, {extent(n), extent(width)}, features), pass);
    const Tensor measured_loss = answer_loss(measured, Targets(context_, batch));
    if (seen == 0) return measured_loss;
    const Tensor pictured = network_.slice_answers(network_.places(slices_tensor(context_, slices)), pass);
    return measured_loss + answer_loss(pictured, Targets(context_, std::span(batch).first(seen)));
}

Tensor Task::answer_loss(const Tensor& answer, const Targets& targets) const {
    const Tensor logits = reshape(slice(answer, 1, CtNetwork::kMalignancy, CtNetwork::kMalignancy + 1), {-1});
    const Tensor sides = slice(answer, 1, CtNetwork::kAttribute, CtNetwork::kOutputs);
    return bce_with_logits(logits, targets.malignancy, targets.weights) +
           static_cast<float>(recipe_.side_weight) *
               squared_error(sides, targets.sides, targets.side_weights);
}

// Rows of kOutputs: one a case of `measured` and `whole`, kCtSlices a case of `pictured`.
void add_scores(std::span<const float> measured, std::span<const float> pictured,
                std::span<const float> whole, std::size_t cases, CtScores& scores) {
    constexpr auto kRow = static_cast<std::size_t>(CtNetwork::kOutputs);
    for (std::size_t k = 0; k < cases; ++k) {
        const auto row = whole.subspan(k * kRow, kRow);
        scores.malignancy.push_back(static_cast<double>(row[CtNetwork::kMalignancy]));
        scores.measured_malignancy.push_back(
            static_cast<double>(measured[k * kRow + CtNetwork::kMalignancy]));
        double of_slices = 0;
        for (std::size_t s = k * kCtSlices; s < (k + 1) * kCtSlices; ++s) {
            of_slices += static_cast<double>(pictured[s * kRow + CtNetwork::kMalignancy]) / kCtSlices;
        }
        scores.picture_malignancy.push_back(of_slices);
        std::array<double, kAttributeCount> attributes{};
        for (std::size_t a = 0; a < kAttributeCount; ++a) {
            attributes[a] = attribute_score(a, static_cast<double>(row[CtNetwork::kAttribute + a]));
        }
        scores.attributes.push_back(attributes);
        scores.outlined_mm.push_back(diameter_of_size(static_cast<double>(row[CtNetwork::kSize])));
    }
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
        std::vector<float> slices(some.size() * kReadSlices.count()), features;
        for (std::size_t k = 0; k < some.size(); ++k) {
            const CtCase& one = set.cases[some[k]];
            HZ_CHECK(one.source_hu.size() == kCtSourceVolume.count(), "cases with a volume are scored");
            const auto read = std::span(slices).subspan(k * kReadSlices.count(), kReadSlices.count());
            middle_slab(one.source_hu, kCtSourceVolume, kReadSlices, read);
            std::transform(read.begin(), read.end(), read.begin(), ct_input);
            const auto standard = standardise(scales, one.features);
            features.insert(features.end(), standard.begin(), standard.end());
        }
        const Tensor measured = network.measured_answer(
            Tensor::from(context, {extent(some.size()), extent(scales.size())}, features), {});
        const Tensor pictured = network.slice_answers(network.places(slices_tensor(context, slices)), {});
        add_scores(measured.to_vector(), pictured.to_vector(),
                   network.combine(measured, pictured).to_vector(), some.size(), scores);
    }
    return scores;
}

}  // namespace huizhen::engine
