// Every field of a plan, in one fixed order. A field that is added here changes all digests: give the domain
// a new number then.

#include <huizhen/rounds/plan.h>

#include "digest_writer.h"

namespace huizhen::rounds {

namespace {

void write(DigestWriter& out, const LearningSettings& learning) {
    out.number(learning.local_epochs);
    out.real(learning.learning_rate);
    out.number(learning.batch);
    out.real(learning.proximal);
    out.number(static_cast<std::uint64_t>(learning.optimizer));
    out.real(learning.momentum);
    out.real(learning.decay);
    out.real(learning.batch_clip);
    out.real(learning.last_rate);
}

void write(DigestWriter& out, const StrategySettings& strategy) {
    out.number(static_cast<std::uint64_t>(strategy.kind));
    out.real(strategy.server_rate);
    out.real(strategy.beta1);
    out.real(strategy.beta2);
    out.real(strategy.tau);
    out.number(static_cast<std::uint64_t>(strategy.robust));
    out.real(strategy.trim);
}

void write(DigestWriter& out, const CodecSettings& codec) {
    out.number(static_cast<std::uint64_t>(codec.kind));
    out.real(codec.clip);
    out.number(codec.bits);
    out.real(codec.keep_fraction);
    out.number(codec.weigh_by_samples);
    out.number(codec.max_samples);
}

void write(DigestWriter& out, const PrivacySettings& privacy) {
    out.number(static_cast<std::uint64_t>(privacy.mode));
    out.real(privacy.clip_norm);
    out.real(privacy.noise_multiplier);
    out.real(privacy.epsilon);
    out.real(privacy.delta);
}

void write(DigestWriter& out, const SecrecySettings& secrecy) {
    out.number(secrecy.corrupt_percent);
    out.number(secrecy.dropout_percent);
    out.number(secrecy.security_bits);
    out.number(secrecy.failure_bits);
}

void write(DigestWriter& out, const PatienceSettings& patience) {
    out.number(static_cast<std::uint64_t>(patience.silence.count()));
    out.number(static_cast<std::uint64_t>(patience.grace.count()));
    out.number(static_cast<std::uint64_t>(patience.phase_limit.count()));
    out.number(patience.max_attempts);
    out.number(static_cast<std::uint64_t>(patience.retry_after.count()));
}

}  // namespace

Sha256Digest digest_of(const TrainingPlan& plan) {
    DigestWriter out("huizhen training plan 1");
    out.text(plan.id.str());
    out.text(plan.name);
    out.text(plan.task);
    out.object(plan.start_model);
    out.number(plan.iterations);
    out.sites(plan.invited);
    out.sites(plan.mandatory);
    out.number(plan.minimum_sites);
    write(out, plan.learning);
    write(out, plan.strategy);
    write(out, plan.codec);
    write(out, plan.privacy);
    write(out, plan.secrecy);
    write(out, plan.patience);
    out.number(plan.groups);
    out.number(plan.evaluate_every);
    return out.finish();
}

}  // namespace huizhen::rounds
