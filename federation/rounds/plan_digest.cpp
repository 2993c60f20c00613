// Every field of a plan, in one fixed order. A field that is added here changes all digests: give the domain
// a new number then.

#include <type_traits>

#include <huizhen/rounds/plan.h>

#include "digest_writer.h"

namespace huizhen::rounds {

namespace {

template <typename Field>
void write_field(DigestWriter& out, Field field) {
    if constexpr (std::is_floating_point_v<Field>) {
        out.real(field);
    } else if constexpr (std::is_same_v<Field, Seconds>) {
        out.number(static_cast<std::uint64_t>(field.count()));
    } else {
        out.number(static_cast<std::uint64_t>(field));
    }
}

template <typename... Fields>
void write(DigestWriter& out, Fields... fields) {
    (write_field(out, fields), ...);
}

}  // namespace

Sha256Digest digest_of(const TrainingPlan& plan) {
    DigestWriter out("huizhen training plan 1");
    out.text(plan.id.str());
    out.text(plan.name);
    out.text(plan.task);
    out.object(plan.start_model);
    write(out, plan.iterations);
    out.sites(plan.invited);
    out.sites(plan.mandatory);
    write(out, plan.minimum_sites);
    const LearningSettings& learning = plan.learning;
    write(out, learning.local_epochs, learning.learning_rate, learning.batch, learning.proximal,
          learning.optimizer, learning.momentum, learning.decay, learning.batch_clip, learning.last_rate);
    const StrategySettings& strategy = plan.strategy;
    write(out, strategy.kind, strategy.server_rate, strategy.beta1, strategy.beta2, strategy.tau,
          strategy.robust, strategy.trim);
    const CodecSettings& codec = plan.codec;
    write(out, codec.kind, codec.clip, codec.bits, codec.keep_fraction, codec.weigh_by_samples,
          codec.max_samples);
    const PrivacySettings& privacy = plan.privacy;
    write(out, privacy.mode, privacy.clip_norm, privacy.noise_multiplier, privacy.epsilon, privacy.delta);
    const SecrecySettings& secrecy = plan.secrecy;
    write(out, secrecy.corrupt_percent, secrecy.dropout_percent, secrecy.security_bits, secrecy.failure_bits);
    const PatienceSettings& patience = plan.patience;
    write(out, patience.silence, patience.grace, patience.phase_limit, patience.max_attempts,
          patience.retry_after);
    write(out, plan.groups, plan.evaluate_every);
    return out.finish();
}

}  // namespace huizhen::rounds
