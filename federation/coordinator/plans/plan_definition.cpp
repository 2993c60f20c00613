#include "plan_definition.h"

#include <algorithm>

#include <federation/v1/coordinator.pb.h>

namespace huizhen::coordinator {
namespace {

namespace v1 = federation::v1;
using rounds::CodecKind;
using rounds::PrivacyMode;
using rounds::RobustRule;
using rounds::Seconds;
using rounds::SiteId;
using rounds::StrategyKind;

tl::unexpected<Error> wrong(const std::string& what) {
    return fail(ErrorCode::kInvalidArgument, "plan-refused: " + what);
}

template <typename Number>
Number or_default(Number value, Number standard) {
    return value == Number() ? standard : value;
}

StrategyKind strategy_of(v1::Strategy strategy) {
    switch (strategy) {
        case v1::STRATEGY_FEDPROX: return StrategyKind::kFedProx;
        case v1::STRATEGY_FEDADAM: return StrategyKind::kFedAdam;
        case v1::STRATEGY_SCAFFOLD: return StrategyKind::kScaffold;
        case v1::STRATEGY_FEDBN: return StrategyKind::kFedBn;
        default: return StrategyKind::kFedAvg;
    }
}

RobustRule robust_of(v1::Robustness robustness) {
    switch (robustness) {
        case v1::ROBUSTNESS_TRIMMED_MEAN: return RobustRule::kTrimmedMean;
        case v1::ROBUSTNESS_MEDIAN: return RobustRule::kMedian;
        case v1::ROBUSTNESS_KRUM: return RobustRule::kKrum;
        default: return RobustRule::kMean;
    }
}

rounds::StrategySettings to_strategy(const v1::StrategySettings& from) {
    rounds::StrategySettings to;
    to.kind = strategy_of(from.strategy());
    to.server_rate = from.server_learning_rate();
    to.beta1 = from.adam_beta1();
    to.beta2 = from.adam_beta2();
    to.tau = from.adam_tau();
    to.robust = robust_of(from.robustness());
    to.trim = from.trim();
    return to;
}

rounds::CodecSettings to_codec(const v1::EncodingSettings& from, bool noise) {
    rounds::CodecSettings to;
    switch (from.encoding()) {
        case v1::ENCODING_QUANTISED: to.kind = CodecKind::kPacked; break;
        case v1::ENCODING_SPARSE: to.kind = CodecKind::kSparse; break;
        case v1::ENCODING_SPARSE_QUANTISED: to.kind = CodecKind::kSparsePacked; break;
        default: to.kind = CodecKind::kFixedPoint; break;
    }
    to.clip = from.clip();
    to.bits = from.bits();
    to.keep_fraction = from.keep_fraction();
    // A site of few samples would use few of the levels there are: of 8 bits it would send nothing at all.
    const bool quantised = to.kind == CodecKind::kPacked || to.kind == CodecKind::kSparsePacked;
    to.weigh_by_samples = !from.equal_weights() && !noise && !quantised;
    return to;
}

Result<rounds::PrivacySettings> to_privacy(const v1::PrivacySettings& from) {
    rounds::PrivacySettings to;
    to.clip_norm = from.clip_norm();
    to.delta = from.delta();
    if (!from.enabled()) return to;
    if (from.noise_multiplier() != 0 && from.epsilon() != 0)
        return wrong("give either a noise multiplier or an epsilon, not both");
    to.mode = from.epsilon() != 0 ? PrivacyMode::kTarget : PrivacyMode::kMultiplier;
    to.noise_multiplier = from.noise_multiplier();
    to.epsilon = from.epsilon();
    return to;
}

rounds::LearningSettings to_learning(const v1::Plan& plan) {
    const v1::LocalTraining& from = plan.training();
    rounds::LearningSettings to;
    to.local_epochs = from.epochs();
    to.learning_rate = from.learning_rate();
    to.last_rate = from.last_learning_rate();
    to.batch = from.batch_size();
    to.proximal = plan.strategy().proximal_mu();
    const bool adamw = from.optimizer() == v1::OPTIMIZER_ADAMW;
    to.optimizer = adamw ? rounds::OptimizerKind::kAdamW : rounds::OptimizerKind::kSgd;
    to.momentum = from.momentum();
    to.decay = from.decay();
    to.batch_clip = from.batch_clip();
    return to;
}

// Ascending, each once, all enrolled.
template <typename Names>
Result<std::vector<SiteId>> to_sites(const Names& names, const std::vector<SiteId>& enrolled) {
    std::vector<SiteId> sites;
    for (const std::string& name : names) {
        const SiteId site(name);
        if (!std::ranges::binary_search(enrolled, site)) return wrong("no enrolled site is called " + name);
        sites.push_back(site);
    }
    std::ranges::sort(sites);
    if (std::ranges::adjacent_find(sites) != sites.end()) return wrong("a site is named twice");
    return sites;
}

}  // namespace

Status check_plan_id(std::string_view id) {
    const auto allowed = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
    };
    const bool good = !id.empty() && id.size() <= 63 && std::ranges::all_of(id, allowed) &&
                      id.front() != '-' && id.front() != '.';
    if (good) return {};
    return fail(
        ErrorCode::kInvalidArgument,
        "plan-id-malformed: 1 to 63 lower-case letters, digits, '-' and '.', a letter or digit first");
}

void fill_defaults(v1::Plan& plan) {
    const rounds::TrainingPlan standard;
    if (plan.model().empty()) plan.set_model("current");
    plan.set_rounds(or_default(plan.rounds(), 10U));
    plan.set_minimum_sites(or_default(plan.minimum_sites(), standard.minimum_sites));
    const auto seconds = [](std::uint64_t value, Seconds fallback) {
        return or_default(value, static_cast<std::uint64_t>(fallback.count()));
    };
    plan.set_silence_seconds(seconds(plan.silence_seconds(), standard.patience.silence));
    plan.set_grace_seconds(seconds(plan.grace_seconds(), standard.patience.grace));
    plan.set_phase_limit_seconds(seconds(plan.phase_limit_seconds(), standard.patience.phase_limit));
    plan.set_retry_after_seconds(seconds(plan.retry_after_seconds(), standard.patience.retry_after));
    plan.set_max_attempts(or_default(plan.max_attempts(), standard.patience.max_attempts));
    plan.set_evaluate_every(or_default(plan.evaluate_every(), standard.evaluate_every));

    v1::StrategySettings& strategy = *plan.mutable_strategy();
    if (strategy.strategy() == v1::STRATEGY_UNSPECIFIED) strategy.set_strategy(v1::STRATEGY_FEDAVG);
    if (strategy.robustness() == v1::ROBUSTNESS_UNSPECIFIED) strategy.set_robustness(v1::ROBUSTNESS_NONE);
    if (strategy.strategy() == v1::STRATEGY_FEDPROX)
        strategy.set_proximal_mu(or_default(strategy.proximal_mu(), 0.01));
    const double server_rate = strategy.strategy() == v1::STRATEGY_FEDADAM ? 0.01 : 1.0;
    strategy.set_server_learning_rate(or_default(strategy.server_learning_rate(), server_rate));
    strategy.set_adam_beta1(or_default(strategy.adam_beta1(), standard.strategy.beta1));
    strategy.set_adam_beta2(or_default(strategy.adam_beta2(), standard.strategy.beta2));
    strategy.set_adam_tau(or_default(strategy.adam_tau(), standard.strategy.tau));
    strategy.set_trim(or_default(strategy.trim(), standard.strategy.trim));

    v1::PrivacySettings& privacy = *plan.mutable_privacy();
    privacy.set_delta(or_default(privacy.delta(), standard.privacy.delta));

    v1::SecrecySettings& secrecy = *plan.mutable_secrecy();
    secrecy.set_corrupt_percent(or_default(secrecy.corrupt_percent(), standard.secrecy.corrupt_percent));
    secrecy.set_dropout_percent(or_default(secrecy.dropout_percent(), standard.secrecy.dropout_percent));
    secrecy.set_security_bits(or_default(secrecy.security_bits(), standard.secrecy.security_bits));
    secrecy.set_failure_bits(or_default(secrecy.failure_bits(), standard.secrecy.failure_bits));

    v1::EncodingSettings& encoding = *plan.mutable_encoding();
    if (encoding.encoding() == v1::ENCODING_UNSPECIFIED) encoding.set_encoding(v1::ENCODING_FIXED_POINT);
    encoding.set_clip(or_default(encoding.clip(), standard.codec.clip));
    encoding.set_bits(or_default(encoding.bits(), standard.codec.bits));
    encoding.set_keep_fraction(or_default(encoding.keep_fraction(), standard.codec.keep_fraction));

    v1::LocalTraining& training = *plan.mutable_training();
    training.set_epochs(or_default(training.epochs(), standard.learning.local_epochs));
    training.set_batch_size(or_default(training.batch_size(), standard.learning.batch));
    training.set_learning_rate(or_default(training.learning_rate(), standard.learning.learning_rate));
}

Result<rounds::TrainingPlan> to_training(const v1::Plan& plan, const PlanGround& ground) {
    HZ_TRY(check_plan_id(plan.id()));
    rounds::TrainingPlan training;
    training.id = rounds::PlanId(plan.id());
    training.name = plan.description().empty() ? plan.id() : plan.description();
    training.task = plan.task();
    training.start_model = ground.model;
    training.iterations = plan.rounds();
    training.invited = ground.enrolled;
    if (plan.sites_size() > 0) {
        HZ_ASSIGN(training.invited, to_sites(plan.sites(), ground.enrolled));
    }
    HZ_ASSIGN(training.mandatory, to_sites(plan.mandatory_sites(), ground.enrolled));
    training.minimum_sites = plan.minimum_sites();
    training.learning = to_learning(plan);
    training.strategy = to_strategy(plan.strategy());
    HZ_ASSIGN(training.privacy, to_privacy(plan.privacy()));
    training.codec = to_codec(plan.encoding(), training.privacy.mode != PrivacyMode::kOff);
    training.secrecy = {plan.secrecy().corrupt_percent(), plan.secrecy().dropout_percent(),
                        plan.secrecy().security_bits(), plan.secrecy().failure_bits()};
    const auto seconds = [](std::uint64_t value) { return Seconds(static_cast<std::int64_t>(value)); };
    training.patience.silence = seconds(plan.silence_seconds());
    training.patience.grace = seconds(plan.grace_seconds());
    training.patience.phase_limit = seconds(plan.phase_limit_seconds());
    training.patience.retry_after = seconds(plan.retry_after_seconds());
    training.patience.max_attempts = plan.max_attempts();
    training.groups = plan.strategy().groups();
    training.evaluate_every = plan.evaluate_every();
    HZ_ASSIGN(training, rounds::resolve_privacy(std::move(training)));
    HZ_TRY(rounds::check_plan(training));
    return training;
}

}  // namespace huizhen::coordinator
