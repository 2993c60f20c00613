#pragma once

// What a site's round knows.

#include <map>
#include <set>

#include <huizhen/rounds/site_round.h>
#include <huizhen/secure_aggregation/seeded_random.h>

namespace huizhen::rounds {

struct SiteState {
    SiteState(const SiteSetup& with, const secagg::Secret32& seed, const SiteTools& brings);

    SiteSetup setup;
    SiteTools tools;
    secagg::SeededRandom random;  // of the keys; the phases borrow it
    secagg::Secret32 noise_seed;

    std::optional<Proposal> proposal;
    SiteStage stage = SiteStage::kOut;

    // Where secure aggregation stands: one of them, by stage.
    std::optional<secagg::AwaitRoster> await_roster;
    std::optional<secagg::AwaitShares> await_shares;
    std::shared_ptr<UploadSecrets> secrets;  // co-owned by the job that masks
    std::optional<secagg::AwaitSurvivors> await_survivors;
    std::optional<secagg::AwaitSignatures> await_signatures;
    secagg::RoundShape shape;

    std::set<ObjectRef> wanted, fetched;
    std::optional<ObjectRef> masked;
    std::optional<Candidate> candidate;
    bool measured = false;  // the candidate is answered

    Step received = Step::kNone;
    std::optional<Step> answer;             // to what was received last
    std::map<Step, Message> answers;        // by what they answer
    std::map<Step, Sha256Digest> acted_on;  // the coordinator's messages of secure aggregation
    std::optional<Outcome> outcome;
    std::optional<std::string> trouble;

    std::vector<SiteOutput> outputs;

    const RoundName& name() const { return setup.first.round; }
    bool has(const ObjectRef& object) const { return fetched.contains(object); }
    bool can_train() const;
    bool can_measure() const;
    bool job_is_out() const { return stage == SiteStage::kTraining || can_measure(); }

    bool is_in(const Outcome& ended) const;  // this site's update

    void received_now(Step step);
    void reply(Body body);        // to what was received last; kept
    void reply_again(Step step);  // the same as before, if it has been answered
    void want(const ObjectRef& object);
    void leave_the_sum(std::string why);  // keys are wiped; it may still measure
    void fail(const std::string& reason);
    void start_training_if_ready();
    void start_measuring_if_ready();
    TrainAndMask training() const;
};

}  // namespace huizhen::rounds
