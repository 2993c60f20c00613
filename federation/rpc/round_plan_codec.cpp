#include "round_values.h"

namespace huizhen::rpc {

using namespace rounds;

namespace {

Result<LearningSettings> read_learning(const wire::Learning& in) {
    LearningSettings learning;
    learning.local_epochs = in.local_epochs();
    learning.learning_rate = in.learning_rate();
    learning.batch = in.batch();
    learning.proximal = in.proximal();
    HZ_ASSIGN(learning.optimizer,
              read_kind(in.optimizer(), OptimizerKind::kSgd, OptimizerKind::kAdamW, "an optimiser"));
    learning.momentum = in.momentum();
    learning.decay = in.decay();
    learning.batch_clip = in.batch_clip();
    learning.last_rate = in.last_rate();
    return learning;
}

void write(const LearningSettings& learning, wire::Learning* out) {
    out->set_local_epochs(learning.local_epochs);
    out->set_learning_rate(learning.learning_rate);
    out->set_batch(learning.batch);
    out->set_proximal(learning.proximal);
    out->set_optimizer(number_of(learning.optimizer));
    out->set_momentum(learning.momentum);
    out->set_decay(learning.decay);
    out->set_batch_clip(learning.batch_clip);
    out->set_last_rate(learning.last_rate);
}

Result<StrategySettings> read_strategy(const wire::Strategy& in) {
    StrategySettings strategy;
    HZ_ASSIGN(strategy.kind, read_kind(in.kind(), StrategyKind::kFedAvg, StrategyKind::kFedBn, "a strategy"));
    strategy.server_rate = in.server_rate();
    strategy.beta1 = in.beta1();
    strategy.beta2 = in.beta2();
    strategy.tau = in.tau();
    HZ_ASSIGN(strategy.robust, read_kind(in.robust(), RobustRule::kMean, RobustRule::kKrum, "a robust rule"));
    strategy.trim = in.trim();
    return strategy;
}

void write(const StrategySettings& strategy, wire::Strategy* out) {
    out->set_kind(number_of(strategy.kind));
    out->set_server_rate(strategy.server_rate);
    out->set_beta1(strategy.beta1);
    out->set_beta2(strategy.beta2);
    out->set_tau(strategy.tau);
    out->set_robust(number_of(strategy.robust));
    out->set_trim(strategy.trim);
}

Result<CodecSettings> read_codec(const wire::Codec& in) {
    CodecSettings codec;
    HZ_ASSIGN(codec.kind, read_kind(in.kind(), CodecKind::kFixedPoint, CodecKind::kSparsePacked, "a codec"));
    codec.clip = in.clip();
    codec.bits = in.bits();
    codec.keep_fraction = in.keep_fraction();
    codec.weigh_by_samples = in.weigh_by_samples();
    codec.max_samples = in.max_samples();
    return codec;
}

void write(const CodecSettings& codec, wire::Codec* out) {
    out->set_kind(number_of(codec.kind));
    out->set_clip(codec.clip);
    out->set_bits(codec.bits);
    out->set_keep_fraction(codec.keep_fraction);
    out->set_weigh_by_samples(codec.weigh_by_samples);
    out->set_max_samples(codec.max_samples);
}

Result<PrivacySettings> read_privacy(const wire::Privacy& in) {
    PrivacySettings privacy;
    HZ_ASSIGN(privacy.mode, read_kind(in.mode(), PrivacyMode::kOff, PrivacyMode::kTarget, "a mode of noise"));
    privacy.clip_norm = in.clip_norm();
    privacy.noise_multiplier = in.noise_multiplier();
    privacy.epsilon = in.epsilon();
    privacy.delta = in.delta();
    return privacy;
}

void write(const PrivacySettings& privacy, wire::Privacy* out) {
    out->set_mode(number_of(privacy.mode));
    out->set_clip_norm(privacy.clip_norm);
    out->set_noise_multiplier(privacy.noise_multiplier);
    out->set_epsilon(privacy.epsilon);
    out->set_delta(privacy.delta);
}

SecrecySettings read_secrecy(const wire::Secrecy& in) {
    return {in.corrupt_percent(), in.dropout_percent(), in.security_bits(), in.failure_bits()};
}

void write(const SecrecySettings& secrecy, wire::Secrecy* out) {
    out->set_corrupt_percent(secrecy.corrupt_percent);
    out->set_dropout_percent(secrecy.dropout_percent);
    out->set_security_bits(secrecy.security_bits);
    out->set_failure_bits(secrecy.failure_bits);
}

PatienceSettings read_patience(const wire::Patience& in) {
    return {Seconds(in.silence_s()), Seconds(in.grace_s()), Seconds(in.phase_limit_s()), in.max_attempts(),
            Seconds(in.retry_after_s())};
}

void write(const PatienceSettings& patience, wire::Patience* out) {
    out->set_silence_s(patience.silence.count());
    out->set_grace_s(patience.grace.count());
    out->set_phase_limit_s(patience.phase_limit.count());
    out->set_max_attempts(patience.max_attempts);
    out->set_retry_after_s(patience.retry_after.count());
}

}  // namespace

Result<TrainingPlan> read_plan(const wire::TrainingPlan& in) {
    TrainingPlan plan;
    HZ_ASSIGN(plan.id, read_plan_id(in.id()));
    HZ_ASSIGN(plan.name, read_text(in.name(), "name of a plan"));
    HZ_ASSIGN(plan.task, read_text(in.task(), "a task"));
    HZ_ASSIGN(plan.start_model, read_object(in.start_model()));
    plan.iterations = in.iterations();
    HZ_ASSIGN(plan.invited, read_sites(in.invited()));
    HZ_ASSIGN(plan.mandatory, read_sites(in.mandatory()));
    plan.minimum_sites = in.minimum_sites();
    HZ_ASSIGN(plan.learning, read_learning(in.learning()));
    HZ_ASSIGN(plan.strategy, read_strategy(in.strategy()));
    HZ_ASSIGN(plan.codec, read_codec(in.codec()));
    HZ_ASSIGN(plan.privacy, read_privacy(in.privacy()));
    plan.secrecy = read_secrecy(in.secrecy());
    plan.patience = read_patience(in.patience());
    plan.groups = in.groups();
    plan.evaluate_every = in.evaluate_every();
    return plan;
}

void write_plan(const TrainingPlan& plan, wire::TrainingPlan* out) {
    out->set_id(plan.id.str());
    out->set_name(plan.name);
    out->set_task(plan.task);
    write_object(plan.start_model, out->mutable_start_model());
    out->set_iterations(plan.iterations);
    write_sites(plan.invited, out->mutable_invited());
    write_sites(plan.mandatory, out->mutable_mandatory());
    out->set_minimum_sites(plan.minimum_sites);
    write(plan.learning, out->mutable_learning());
    write(plan.strategy, out->mutable_strategy());
    write(plan.codec, out->mutable_codec());
    write(plan.privacy, out->mutable_privacy());
    write(plan.secrecy, out->mutable_secrecy());
    write(plan.patience, out->mutable_patience());
    out->set_groups(plan.groups);
    out->set_evaluate_every(plan.evaluate_every);
}

}  // namespace huizhen::rpc
