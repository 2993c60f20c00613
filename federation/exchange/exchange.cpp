#include <huizhen/exchange/exchange.h>

namespace huizhen::exchange {
namespace {

using rounds::RobustRule;

static_assert(static_cast<int>(rounds::StrategyKind::kFedAvg) ==
              static_cast<int>(aggregation::StrategyKind::kFedAvg));
static_assert(static_cast<int>(rounds::StrategyKind::kFedBn) ==
              static_cast<int>(aggregation::StrategyKind::kFedBn));
static_assert(static_cast<int>(rounds::CodecKind::kFixedPoint) ==
              static_cast<int>(compression::CodecKind::kFixedPoint));
static_assert(static_cast<int>(rounds::CodecKind::kSparsePacked) ==
              static_cast<int>(compression::CodecKind::kSparseQuantised));

}  // namespace

aggregation::Layout layout_of(const model_file::ModelHeader& model) {
    aggregation::Layout layout;
    for (const model_file::TensorEntry& tensor : model.tensors) {
        const bool norm = tensor.kind == model_file::TensorKind::kNorm;
        layout.push_back({tensor.name, tensor.count(),
                          norm ? aggregation::TensorKind::kNorm : aggregation::TensorKind::kWeight});
    }
    return layout;
}

Result<aggregation::Strategy> strategy_of(const rounds::TrainingPlan& plan,
                                          const model_file::ModelHeader& model) {
    aggregation::StrategySettings settings;
    settings.kind = static_cast<aggregation::StrategyKind>(plan.strategy.kind);
    settings.server_rate = plan.strategy.server_rate;
    settings.adam_rate = plan.strategy.server_rate;
    settings.mu = plan.learning.proximal;
    settings.beta1 = plan.strategy.beta1;
    settings.beta2 = plan.strategy.beta2;
    settings.tau = plan.strategy.tau;
    // Brings a gradient to the size of a step, so that one clip fits both halves of an upload.
    settings.control_scale = plan.learning.learning_rate;
    return aggregation::Strategy::make(settings, layout_of(model));
}

compression::CodecSettings codec_of(const rounds::TrainingPlan& plan, std::size_t invited) {
    compression::CodecSettings settings;
    settings.kind = static_cast<compression::CodecKind>(plan.codec.kind);
    settings.clip = plan.codec.clip;
    settings.max_sites = static_cast<std::uint32_t>(invited);
    settings.max_samples = plan.codec.max_samples;
    settings.weighting =
        plan.codec.weigh_by_samples ? secagg::Weighting::kBySamples : secagg::Weighting::kEqual;
    settings.bits = plan.codec.bits;
    settings.keep_fraction = plan.codec.keep_fraction;
    return settings;
}

bool is_sparse(const rounds::TrainingPlan& plan) {
    return plan.codec.kind == rounds::CodecKind::kSparse ||
           plan.codec.kind == rounds::CodecKind::kSparsePacked;
}

aggregation::RobustSettings robust_of(const rounds::TrainingPlan& plan, std::uint32_t groups) {
    // 0.29 x 100 is 28.999... in floating point.
    const auto cut = static_cast<std::uint32_t>(plan.strategy.trim * groups + 1e-9);
    switch (plan.strategy.robust) {
        case RobustRule::kTrimmedMean: return {aggregation::RobustKind::kTrimmedMean, cut};
        case RobustRule::kMedian: return {aggregation::RobustKind::kMedian, 0};
        case RobustRule::kKrum: return {aggregation::RobustKind::kKrum, cut};
        case RobustRule::kMean: break;
    }
    return {aggregation::RobustKind::kMean, 0};
}

Result<std::vector<float>> vector_of(const model_file::ModelReader* state, std::string_view name,
                                     std::uint64_t values) {
    if (state == nullptr) return std::vector<float>();
    std::uint64_t first = 0;
    for (const model_file::TensorEntry& tensor : state->header().tensors) {
        if (tensor.name == name) {
            if (tensor.count() != values) {
                return fail(ErrorCode::kMalformedInput, "state-malformed: " + std::string(name) + " has " +
                                                            std::to_string(tensor.count()) + " values, not " +
                                                            std::to_string(values));
            }
            std::vector<float> vector(values);
            HZ_TRY(state->read(first, vector));
            return vector;
        }
        first += tensor.count();
    }
    return std::vector<float>();
}

Result<std::vector<float>> last_mean_of(const rounds::TrainingPlan& plan,
                                        const model_file::ModelReader* state, std::uint64_t values) {
    if (!is_sparse(plan)) return std::vector<float>();
    return vector_of(state, kLastMean, values);
}

}  // namespace huizhen::exchange
