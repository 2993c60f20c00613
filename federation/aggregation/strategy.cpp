#include <huizhen/aggregation/strategy.h>

namespace huizhen::aggregation {

namespace {

constexpr std::pair<StrategyKind, std::string_view> kNames[] = {{StrategyKind::kFedAvg, "fedavg"},
                                                                {StrategyKind::kFedProx, "fedprox"},
                                                                {StrategyKind::kFedAdam, "fedadam"},
                                                                {StrategyKind::kScaffold, "scaffold"},
                                                                {StrategyKind::kFedBn, "fedbn"}};

std::vector<SentSegment> sent_of(StrategyKind kind, const Layout& layout) {
    std::vector<SentSegment> sent;
    std::uint64_t first = 0, upload = 0;
    for (const LayoutTensor& tensor : layout) {
        const bool stays = kind == StrategyKind::kFedBn && tensor.kind == TensorKind::kNorm;
        if (!stays && tensor.count > 0) {
            if (!sent.empty() && sent.back().model_first + sent.back().count == first) {
                sent.back().count += tensor.count;
            } else {
                sent.push_back({first, upload, tensor.count});
            }
            upload += tensor.count;
        }
        first += tensor.count;
    }
    return sent;
}

bool is_positive(double value) { return std::isfinite(value) && value > 0; }

}  // namespace

std::string_view strategy_name(StrategyKind kind) {
    for (const auto& [known, name] : kNames) {
        if (known == kind) return name;
    }
    return "unknown";
}

Result<StrategyKind> strategy_named(std::string_view name) {
    for (const auto& [kind, known] : kNames) {
        if (known == name) return kind;
    }
    return fail(ErrorCode::kInvalidArgument,
                "no such strategy; there are fedavg, fedprox, fedadam, scaffold and fedbn");
}

Status check(const StrategySettings& settings) {
    const auto refused = [](std::string_view what) {
        return fail(ErrorCode::kInvalidArgument, std::string(what));
    };
    if (strategy_name(settings.kind) == "unknown") {
        return refused("the plan names a strategy this version does not know");
    }
    if (!is_positive(settings.server_rate)) return refused("server_rate must be above zero");
    if (!std::isfinite(settings.mu) || settings.mu < 0) return refused("mu must be zero or more");
    if (!is_positive(settings.adam_rate)) return refused("adam_rate must be above zero");
    if (!is_positive(settings.tau)) return refused("tau must be above zero");
    if (!is_positive(settings.control_scale)) return refused("control_scale must be above zero");
    for (const double beta : {settings.beta1, settings.beta2}) {
        if (!(beta >= 0 && beta < 1)) return refused("beta1 and beta2 must be at least 0 and below 1");
    }
    return {};
}

Result<Strategy> Strategy::make(const StrategySettings& settings, const Layout& layout) {
    HZ_TRY(check(settings));
    std::vector<SentSegment> sent = sent_of(settings.kind, layout);
    if (sent.empty()) return fail(ErrorCode::kInvalidArgument, "nothing of this model would be sent");
    return Strategy(settings, values_of(layout), std::move(sent));
}

std::uint64_t Strategy::upload_values() const { return sent_values() * (has_control() ? 2 : 1); }

std::vector<StateVector> Strategy::state() const {
    switch (settings_.kind) {
        case StrategyKind::kScaffold: return {{"control", 0}};
        case StrategyKind::kFedAdam:
            return {{"m", 0}, {"v", static_cast<float>(settings_.tau * settings_.tau)}};
        default: return {};
    }
}

std::uint64_t upload_length(const StrategySettings& settings, const Layout& layout) {
    std::uint64_t values = 0;
    for (const SentSegment& segment : sent_of(settings.kind, layout)) values += segment.count;
    return settings.kind == StrategyKind::kScaffold ? 2 * values : values;
}

}  // namespace huizhen::aggregation
