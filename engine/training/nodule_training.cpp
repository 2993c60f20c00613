#include <charconv>
#include <numeric>

#include <huizhen/base/check.h>
#include <huizhen/tensor/losses.h>
#include <huizhen/training/metrics.h>
#include <huizhen/training/nodule_training.h>

namespace huizhen::engine {
namespace {

constexpr std::size_t kPixels = std::size_t{kNodulePatchSide} * kNodulePatchSide;
constexpr std::size_t kInferenceBatch = 128;
constexpr std::uint64_t kCaseKey = 0xc2b2ae3d27d4eb4fU;  // so that cases never share streams with dropout
constexpr int kStreamBitsOfCase = 8;

void read_patch(const NodulePatches& patches, std::size_t which, std::span<float> out) {
    const auto pixels = std::span(patches.pixels).subspan(which * kPixels, kPixels);
    std::transform(pixels.begin(), pixels.end(), out.begin(),
                   [](std::uint8_t grey) { return nodule_input(grey / 255.0); });
}

Tensor to_tensor(Context& context, std::span<const float> values) {
    const auto n = static_cast<std::int64_t>(values.size() / kPixels);
    return Tensor::from(context, {n, 1, kNodulePatchSide, kNodulePatchSide}, values);
}

class Task final : public TrainingTask {
  public:
    Task(const NoduleNetwork& network, Context& context, const NodulePatches& patches, int fold,
         const NoduleRecipe& recipe)
        : network_(network),
          context_(context),
          patches_(patches),
          recipe_(recipe),
          cases_(cases_of_fold(patches.folds, fold, false)),
          kept_back_(cases_of_fold(patches.folds, fold, true)) {}

    std::size_t size() const override { return cases_.size(); }

    Tensor loss(std::span<const std::size_t> cases, Philox& random) override {
        std::vector<float> inputs(cases.size() * kPixels), targets(cases.size());
        const std::uint64_t stream = random.take() << kStreamBitsOfCase;
        context_.executor().parallel_for(cases.size(), 1, [&](std::size_t begin, std::size_t end) {
            std::vector<float> patch(kPixels);
            for (std::size_t k = begin; k < end; ++k) {
                const std::size_t which = cases_[cases[k]];
                Philox own(random.seed() ^ kCaseKey ^ (k << 32), stream);
                read_patch(patches_, which, patch);
                augment_plane(patch, kNodulePatchSide, recipe_.augmentation, own,
                              std::span(inputs).subspan(k * kPixels, kPixels));
                const double target = patches_.is_nodule[which] != 0 ? 1.0 : 0.0;
                targets[k] = static_cast<float>(target + recipe_.label_smoothing * (1 - 2 * target));
            }
        });
        const Tensor logits = network_(to_tensor(context_, inputs), {&random});
        return bce_with_logits(logits,
                               Tensor::from(context_, {static_cast<std::int64_t>(cases.size())}, targets));
    }

    double validate() override {
        std::vector<int> labels;
        for (const std::size_t which : kept_back_) labels.push_back(patches_.is_nodule[which]);
        return auc(nodule_logits(network_, context_, patches_, kept_back_), labels);
    }

  private:
    const NoduleNetwork& network_;
    Context& context_;
    const NodulePatches& patches_;
    const NoduleRecipe& recipe_;
    std::vector<std::size_t> cases_, kept_back_;
};

}  // namespace

std::vector<std::size_t> cases_of_fold(std::span<const int> folds, int fold, bool inside) {
    std::vector<std::size_t> cases;
    for (std::size_t i = 0; i < folds.size(); ++i) {
        if ((folds[i] == fold) == inside) cases.push_back(i);
    }
    return cases;
}

Result<std::vector<std::size_t>> unseen_patches(const ModelManifest& member, const NodulePatches& patches,
                                                std::string_view data) {
    if (member.training_data_sha256 != data) {
        std::vector<std::size_t> all(patches.size());
        std::iota(all.begin(), all.end(), std::size_t{0});
        return all;
    }
    const auto kept_back = member.provenance.find("fold_kept_back");
    int fold = -1;
    if (kept_back != member.provenance.end()) {
        const std::string& text = kept_back->second;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), fold);
        if (error != std::errc() || end != text.data() + text.size()) fold = -1;
    }
    if (fold < 0) return fail(ErrorCode::kIntegrity, "a member does not say which fold it left out");
    return cases_of_fold(patches.folds, fold, true);
}

Result<TrainingOutcome> train_nodule_network(const NoduleNetwork& network, ParameterSet& parameters,
                                             const NodulePatches& patches, int fold,
                                             const NoduleRecipe& recipe, const std::stop_token& stop,
                                             ProgressSink& progress) {
    HZ_CHECK(patches.pixels.size() == patches.size() * kPixels && patches.folds.size() == patches.size(),
             "one patch and fold per label");
    Task task(network, parameters.context(), patches, fold, recipe);
    if (task.size() == 0) return fail(ErrorCode::kInvalidArgument, "no patches outside the fold kept back");
    return train(parameters, task, recipe.training, stop, progress);
}

std::vector<double> nodule_logits(const NoduleNetwork& network, Context& context,
                                  const NodulePatches& patches, std::span<const std::size_t> which) {
    const InferenceScope inference(context);
    std::vector<double> logits;
    for (std::size_t first = 0; first < which.size(); first += kInferenceBatch) {
        const std::size_t count = std::min(kInferenceBatch, which.size() - first);
        std::vector<float> inputs(count * kPixels);
        for (std::size_t k = 0; k < count; ++k) {
            read_patch(patches, which[first + k], std::span(inputs).subspan(k * kPixels, kPixels));
        }
        for (const float logit : network(to_tensor(context, inputs), {}).to_vector()) {
            logits.push_back(static_cast<double>(logit));
        }
    }
    return logits;
}

}  // namespace huizhen::engine
