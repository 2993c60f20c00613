#include "site_state.h"

#include <huizhen/privacy/noise.h>
#include <huizhen/rounds/reason.h>
#include <huizhen/secure_aggregation/key_derivation.h>

#include "digest_writer.h"

namespace huizhen::rounds {

namespace {

secagg::Secret32 derive(const secagg::Secret32& seed, std::string_view purpose) {
    const Bytes info(purpose.begin(), purpose.end());
    return secagg::derive_key(seed.bytes(), {}, info);
}

}  // namespace

SiteState::SiteState(const SiteSetup& with, const secagg::Secret32& seed, const SiteTools& brings)
    : setup(with),
      tools(brings),
      random(derive(seed, "huizhen site round keys 1")),
      noise_seed(derive(seed, "huizhen site round noise 1")) {}

bool SiteState::can_train() const {
    return has(proposal->model) && (!proposal->state || has(*proposal->state));
}

bool SiteState::can_measure() const {
    return candidate && !measured && has(candidate->current) && has(candidate->candidate);
}

bool SiteState::is_in(const Outcome& ended) const {
    return ended.model && masked &&
           std::binary_search(ended.included.begin(), ended.included.end(), setup.self);
}

void SiteState::received_now(Step step) {
    received = step;
    answer.reset();
}

void SiteState::reply(Body body) {
    answer = step_of(body);
    Message message{name(), std::move(body)};
    answers.insert_or_assign(received, message);
    outputs.push_back(Reply{std::move(message)});
}

void SiteState::reply_again(Step step) {
    const auto kept = answers.find(step);
    if (kept != answers.end()) outputs.push_back(Reply{kept->second});
}

void SiteState::want(const ObjectRef& object) {
    if (wanted.insert(object).second) outputs.push_back(Fetch{object});
}

void SiteState::leave_the_sum(std::string why) {
    if (stage == SiteStage::kTraining) outputs.push_back(StopJob{});
    stage = SiteStage::kOut;
    await_roster.reset();
    await_shares.reset();
    secrets.reset();
    await_survivors.reset();
    await_signatures.reset();
    noise_seed = {};
    trouble = std::move(why);
}

void SiteState::fail(const std::string& reason) {
    leave_the_sum(reason_text(reason));
    reply(Failed{received, *trouble});
}

void SiteState::start_training_if_ready() {
    if (stage != SiteStage::kFetching || !can_train()) return;
    stage = SiteStage::kTraining;
    outputs.push_back(training());
}

void SiteState::start_measuring_if_ready() {
    if (can_measure()) outputs.push_back(Evaluate{*candidate});
}

TrainAndMask SiteState::training() const {
    const PrivacySettings& privacy = proposal->plan.privacy;
    TrainAndMask job;
    job.proposal = *proposal;
    job.roster_sites = shape.sites;
    if (privacy.mode != PrivacyMode::kOff) {
        job.noise_stddev = privacy::noise_stddev_of_site(privacy.noise_multiplier, privacy.clip_norm,
                                                         honest_sites(proposal->plan, shape.sites));
    }
    DigestWriter seed("huizhen training seed 1");
    seed.text(proposal->plan.id.str());
    seed.number(proposal->iteration);
    seed.text(setup.self.str());
    job.training_seed = seed.finish();
    job.secrets = secrets;
    return job;
}

}  // namespace huizhen::rounds
