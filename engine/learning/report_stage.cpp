#include "report_stage.h"

#include "text_features.h"

namespace huizhen::learning {
namespace {

using engine::Tensor;

constexpr std::uint32_t kBuckets = 8192;
constexpr std::int64_t kHidden = 32;

class ReportNetwork {
  public:
    explicit ReportNetwork(const engine::Scope& scope)
        : words_(scope / "words", kBuckets, kHidden),
          norm_(scope / "norm", kHidden),
          heads_(scope / "heads", kHidden, static_cast<std::int64_t>(report_stage_heads().size())) {}

    Tensor operator()(const Tensor& x) const { return heads_(relu(norm_(words_(x)))); }

  private:
    engine::Linear words_;
    engine::LayerNorm norm_;
    engine::Linear heads_;
};

class ReportStage final : public NetworkTask {
  public:
    ReportStage(CaseSet set, int held_out_fold, engine::Context& engine_context)
        : NetworkTask(kReportStageName, report_stage_heads(), std::move(set), held_out_fold, engine_context),
          network_(engine::Scope(parameters(), "")) {
        parameters_are_complete();
        for (std::size_t k = 0; k < case_count(); ++k) {
            features_.push_back(text_features(case_at(k).text, kBuckets));
        }
    }

    std::vector<float> initial(std::uint64_t seed) const override {
        engine::ParameterSet fresh(context(), seed);
        const ReportNetwork network(engine::Scope(fresh, ""));
        return values_of(fresh);
    }

  private:
    Tensor logits(std::span<const std::size_t> cases, engine::Philox*) override {
        std::vector<float> inputs(cases.size() * kBuckets);
        for (std::size_t k = 0; k < cases.size(); ++k) {
            for (const TextFeature& feature : features_[cases[k]]) {
                inputs[k * kBuckets + feature.bucket] = feature.value;
            }
        }
        return network_(Tensor::from(context(), {static_cast<std::int64_t>(cases.size()), kBuckets}, inputs));
    }

    ReportNetwork network_;
    std::vector<std::vector<TextFeature>> features_;
};

}  // namespace

std::vector<std::string> report_stage_heads() { return {"late_stage", "t2_or_more", "nodes_involved"}; }

Result<std::unique_ptr<LearningTask>> make_report_stage(CaseSet cases, int held_out_fold,
                                                        engine::Context& context) {
    for (const Case& one : cases.cases) {
        if (one.text.empty()) {
            return fail(ErrorCode::kMalformedInput, "a case of report-stage/1 needs the text of a report");
        }
    }
    return std::make_unique<ReportStage>(std::move(cases), held_out_fold, context);
}

}  // namespace huizhen::learning
