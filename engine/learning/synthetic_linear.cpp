#include "synthetic_linear.h"

#include <huizhen/base/sha256.h>
#include <huizhen/model/calibration_map.h>

#include "local_steps.h"

namespace huizhen::learning {
namespace {

constexpr std::size_t kFeatures = 16;
constexpr std::size_t kCases = 200, kCasesPerPatient = 2;
constexpr double kSiteShift = 0.5;  // how far one site's inputs lie from another's
constexpr std::uint64_t kTruthSeed = 0x5e7d;

// The first 8 bytes of SHA-256.
std::uint64_t seed_of(std::string_view site) {
    const auto digest = sha256(std::as_bytes(std::span(site.data(), site.size())));
    std::uint64_t seed = 0;
    for (std::size_t k = 0; k < 8; ++k) seed = seed << 8 | digest[k];
    return seed;
}

// Where the padding at place `i` is drawn to: any fixed pattern will do that differs from site to site.
float padding_target(std::uint64_t site, std::size_t i) {
    const std::uint64_t mixed = (site ^ i) * 0x9e3779b97f4a7c15U;
    return static_cast<float>(mixed >> 40) * 0x1.0p-24F - 0.5F;
}

class SyntheticLinear final : public LearningTask, private Objective {
  public:
    SyntheticLinear(std::string name, const std::string& site, std::size_t parameters, int held_out_fold)
        : name_(std::move(name)), site_(seed_of(site)) {
        layout_.add("weight", {static_cast<std::int64_t>(kFeatures)}, ParameterKind::kWeight);
        layout_.add("norm.bias", {1}, ParameterKind::kNorm);
        const std::size_t padding = parameters - kFeatures - 1;
        if (padding > 0) layout_.add("padding", {static_cast<std::int64_t>(padding)}, ParameterKind::kWeight);
        draw_cases(held_out_fold);
    }

    const std::string& name() const override { return name_; }
    const std::vector<std::string>& heads() const override { return heads_; }
    const ParameterLayout& layout() const override { return layout_; }
    const CaseCounts& counts() const override { return counts_; }

    std::vector<float> initial(std::uint64_t seed) const override {
        std::vector<float> weights(layout_.size());
        engine::Philox(seed).normal(std::span(weights).first(kFeatures), 0.0F, 0.01F);
        return weights;
    }

    Result<TrainResult> train(std::span<const float> start, const TrainOptions& options,
                              const std::stop_token& stop, ProgressSink& progress) override {
        const std::vector<bool> decays(layout_.blocks().size(), true);
        return take_local_steps(*this, layout_, decays, start, options, stop, progress);
    }

    Result<Evaluation> evaluate(std::span<const float> weights, const std::stop_token& stop,
                                ProgressSink& progress) override {
        HZ_TRY(check_stop(stop));
        if (weights.size() != layout_.size()) {
            return fail(ErrorCode::kInvalidArgument, "the weights do not fit the task's layout");
        }
        HeadScores scores;
        for (const std::size_t k : held_out_) {
            scores.logits.push_back(logit(weights, k));
            scores.labels.push_back(labels_[k]);
            scores.patients.push_back(static_cast<int>(k / kCasesPerPatient));
            scores.sizes_mm.push_back(kUnknown);
        }
        progress.advance("evaluating", held_out_.size(), held_out_.size());
        return Evaluation{{figures_of(heads_[0], scores)}, {scores}};
    }

  private:
    void draw_cases(int held_out_fold) {
        std::vector<float> truth(kFeatures), shift(kFeatures);
        engine::Philox(kTruthSeed).normal(truth);
        engine::Philox random(site_);
        random.normal(shift, 0.0F, static_cast<float>(kSiteShift));
        features_.resize(kCases * kFeatures);
        random.normal(features_);
        counts_.known = {kCases};
        counts_.positives = {0};
        for (std::size_t k = 0; k < kCases; ++k) {
            double z = 0;
            for (std::size_t i = 0; i < kFeatures; ++i) {
                float& feature = features_[k * kFeatures + i];
                feature += shift[i];
                z += static_cast<double>(feature) * truth[i];
            }
            labels_.push_back(random.uniform() < engine::sigmoid(z) ? 1 : 0);
            counts_.positives[0] += labels_.back() == 1 ? 1 : 0;
            const bool held_out = static_cast<int>(k / kCasesPerPatient % kFolds) == held_out_fold;
            (held_out ? held_out_ : training_).push_back(k);
        }
        counts_.cases = kCases;
        counts_.patients = kCases / kCasesPerPatient;
        counts_.held_out_cases = held_out_.size();
        counts_.held_out_patients = held_out_.size() / kCasesPerPatient;
    }

    double logit(std::span<const float> weights, std::size_t k) const {
        double z = static_cast<double>(weights[kFeatures]);
        for (std::size_t i = 0; i < kFeatures; ++i) {
            z += static_cast<double>(weights[i]) * features_[k * kFeatures + i];
        }
        return z;
    }

    std::size_t size() const override { return training_.size(); }

    double gradient(std::span<const float> weights, std::span<const std::size_t> batch, engine::Philox&,
                    std::span<float> gradient) override {
        std::array<double, kFeatures + 1> sum{};
        double loss = 0;
        for (const std::size_t b : batch) {
            const std::size_t k = training_[b];
            const double z = logit(weights, k);
            const double error = engine::sigmoid(z) - labels_[k];
            loss += engine::softplus(z) - labels_[k] * z;
            for (std::size_t i = 0; i < kFeatures; ++i) {
                sum[i] += error * static_cast<double>(features_[k * kFeatures + i]);
            }
            sum[kFeatures] += error;
        }
        const auto n = static_cast<double>(batch.size());
        for (std::size_t i = 0; i <= kFeatures; ++i) gradient[i] = static_cast<float>(sum[i] / n);
        for (std::size_t i = kFeatures + 1; i < weights.size(); ++i) {
            gradient[i] = weights[i] - padding_target(site_, i);
        }
        return loss / n;
    }

    std::string name_;
    std::uint64_t site_;
    std::vector<std::string> heads_{"made_up"};
    ParameterLayout layout_;
    CaseCounts counts_;
    std::vector<float> features_;
    std::vector<int> labels_;
    std::vector<std::size_t> training_, held_out_;
};

}  // namespace

std::unique_ptr<LearningTask> make_synthetic_linear(std::string name, const std::string& site,
                                                    std::size_t parameters, int held_out_fold) {
    return std::make_unique<SyntheticLinear>(std::move(name), site, parameters, held_out_fold);
}

}  // namespace huizhen::learning
