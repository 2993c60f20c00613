#include <huizhen/base/check.h>
#include <huizhen/rounds/reason.h>
#include <huizhen/rounds/site_policy.h>
#include <huizhen/rounds/site_round.h>

#include "site_state.h"

namespace huizhen::rounds {

struct SiteRound::State : SiteState {
    using SiteState::SiteState;
};

namespace {

struct Change {
    bool changed = false;
    std::optional<Error> refused;
};

Change ignored(std::string why) { return {false, Error(ErrorCode::kIntegrity, std::move(why))}; }

const Change kChanged{true, std::nullopt};

class Taking {
  public:
    explicit Taking(SiteState& state) : state_(state) {}

    Change operator()(const FromCoordinator& from) {
        if (from.message.round != state_.name()) return ignored("wrong-round: a message of another round");
        const Step step = step_of(from.message.body);
        if (is_of_site(step)) return ignored("malformed: no coordinator sends this");
        return std::visit([&](const auto& body) { return take(body); }, from.message.body);
    }

    Change operator()(const Fetched& fetched) {
        if (!state_.wanted.contains(fetched.object) || state_.has(fetched.object)) return {};
        const bool could_measure = state_.can_measure();
        state_.fetched.insert(fetched.object);
        state_.start_training_if_ready();
        if (!could_measure) state_.start_measuring_if_ready();
        return kChanged;
    }

    Change operator()(const Masked& masked) {
        if (state_.stage != SiteStage::kTraining) return {};
        if (masked.object.bytes != state_.proposal->words * sizeof(std::uint32_t)) {
            return ignored("wrong-length: the masked words are not as long as the plan's");
        }
        auto step = state_.secrets->masks.already_masked(masked.object.digest);
        state_.secrets.reset();
        state_.await_survivors.emplace(std::move(step.next));
        state_.masked = masked.object;
        state_.stage = SiteStage::kUploading;
        // Kept, but not said before the object is there.
        state_.answers.insert_or_assign(
            Step::kShareDelivery, Message{state_.name(), Upload{std::move(step.message), masked.object}});
        if (const auto release = release_of(state_.proposal->plan)) {
            state_.outputs.push_back(Charge{{state_.name().plan.str(), state_.name().number, *release}});
        }
        state_.outputs.push_back(PutObject{masked.object});
        return kChanged;
    }

    Change operator()(const Uploaded& uploaded) {
        if (!state_.masked || uploaded.object != *state_.masked) return {};
        if (state_.stage == SiteStage::kAwaitSurvivors) state_.reply_again(Step::kShareDelivery);
        if (state_.stage != SiteStage::kUploading) return {};
        state_.stage = SiteStage::kAwaitSurvivors;
        state_.answer = Step::kUpload;
        state_.reply_again(Step::kShareDelivery);
        return kChanged;
    }

    Change operator()(const Evaluated& evaluated) {
        if (!state_.can_measure()) return {};
        if (evaluated.row.size() > kMaxRowBytes)
            return (*this)(JobFailed{"the row of measurements is too long"});
        state_.measured = true;
        state_.reply(Evaluation{evaluated.row});
        return kChanged;
    }

    Change operator()(const JobFailed& failed) {
        if (state_.stage == SiteStage::kConcluded) return {};
        if (state_.candidate) {
            if (state_.measured) return {};
            state_.measured = true;
            state_.trouble = reason_text(failed.reason);
            state_.reply(Failed{Step::kCandidate, *state_.trouble});
            return kChanged;
        }
        if (state_.stage == SiteStage::kDeclined || state_.stage == SiteStage::kOut ||
            state_.stage == SiteStage::kUnmasked) {
            return {};
        }
        state_.fail(failed.reason);
        return kChanged;
    }

  private:
    // Ours to send, sent back.
    template <typename Body>
    Change take(const Body&) {
        return ignored("malformed: no coordinator sends this");
    }

    Change take(const Proposal&) {
        state_.reply_again(
            Step::kProposal);  // opened by it; a different one of this name gets the same answer
        return {};
    }

    Change take(const Roster& roster) {
        return secagg_step(Step::kRoster, roster.secagg, SiteStage::kAwaitRoster, [&]() -> Status {
            HZ_ASSIGN(auto step, state_.await_roster->receive(roster.secagg));
            state_.await_roster.reset();
            state_.await_shares.emplace(std::move(step.next));
            state_.stage = SiteStage::kAwaitShares;
            state_.received_now(Step::kRoster);
            state_.reply(Shares{std::move(step.message)});
            return {};
        });
    }

    Change take(const ShareDelivery& delivery) {
        return secagg_step(Step::kShareDelivery, delivery.secagg, SiteStage::kAwaitShares, [&]() -> Status {
            HZ_ASSIGN(auto masks, state_.await_shares->receive(delivery.secagg));
            state_.await_shares.reset();
            state_.shape = masks.shape();
            state_.secrets = std::make_shared<UploadSecrets>(
                UploadSecrets{std::move(masks), std::move(state_.noise_seed)});
            state_.stage = SiteStage::kFetching;
            state_.received_now(Step::kShareDelivery);
            state_.start_training_if_ready();
            return {};
        });
    }

    Change take(const Survivors& survivors) {
        return secagg_step(Step::kSurvivors, survivors.secagg, SiteStage::kAwaitSurvivors, [&]() -> Status {
            HZ_ASSIGN(auto step, state_.await_survivors->receive(survivors.secagg));
            state_.await_survivors.reset();
            state_.await_signatures.emplace(std::move(step.next));
            state_.stage = SiteStage::kAwaitSignatures;
            state_.received_now(Step::kSurvivors);
            state_.reply(Agreement{std::move(step.message)});
            return {};
        });
    }

    Change take(const Signatures& signatures) {
        return secagg_step(Step::kSignatures, signatures.secagg, SiteStage::kAwaitSignatures,
                           [&]() -> Status {
                               HZ_ASSIGN(auto unmasking, state_.await_signatures->receive(signatures.secagg));
                               state_.await_signatures.reset();
                               state_.stage = SiteStage::kUnmasked;
                               state_.received_now(Step::kSignatures);
                               state_.reply(Unmasking{std::move(unmasking)});
                               return {};
                           });
    }

    Change take(const Candidate& candidate) {
        if (state_.stage == SiteStage::kDeclined || state_.stage == SiteStage::kConcluded) {
            state_.reply_again(Step::kCandidate);
            return ignored("out-of-order: this site has no part in the round");
        }
        if (state_.candidate) {
            if (*state_.candidate != candidate) return ignored("inconsistent: another candidate before");
            state_.reply_again(Step::kCandidate);
            return {};
        }
        if (state_.stage != SiteStage::kUnmasked && state_.stage != SiteStage::kOut) {
            state_.leave_the_sum("the round went on without this site");
        }
        state_.received_now(Step::kCandidate);
        state_.candidate = candidate;
        state_.want(candidate.current);
        state_.want(candidate.candidate);
        state_.start_measuring_if_ready();
        return kChanged;
    }

    Change take(const LeftOut& left_out) {
        const bool late = state_.stage == SiteStage::kConcluded || state_.candidate.has_value();
        if (late || state_.received == Step::kLeftOut) return {};
        if (state_.stage == SiteStage::kDeclined) return {};
        const bool failed = state_.stage == SiteStage::kOut && state_.trouble;
        state_.leave_the_sum(failed ? *state_.trouble
                                    : std::string(cause_name(left_out.absence.cause)) + " in " +
                                          std::string(phase_name(left_out.absence.phase)) + ": " +
                                          left_out.absence.reason);
        state_.received_now(Step::kLeftOut);
        return kChanged;
    }

    Change take(const Outcome& outcome) {
        if (state_.stage == SiteStage::kConcluded) return {};
        const bool measuring = state_.can_measure();
        const bool declined = state_.stage == SiteStage::kDeclined;
        const auto trouble = state_.trouble;
        if (!declined) state_.leave_the_sum("");
        if (measuring) state_.outputs.push_back(StopJob{});
        state_.trouble = trouble;
        state_.candidate.reset();
        state_.received_now(Step::kOutcome);
        state_.stage = SiteStage::kConcluded;
        state_.outcome = outcome;
        state_.outputs.push_back(Concluded{outcome, state_.is_in(outcome)});
        return kChanged;
    }

    // One message of each kind: the same again gets the same answer, another one is refused, and one that
    // secure aggregation cannot go along with ends this site's part.
    template <typename Act>
    Change secagg_step(Step step, const Bytes& bytes, SiteStage awaits, Act act) {
        const Sha256Digest digest = sha256(std::as_bytes(std::span(bytes)));
        if (const auto before = state_.acted_on.find(step); before != state_.acted_on.end()) {
            if (before->second != digest) {
                return ignored("inconsistent: another " + std::string(step_name(step)) + " before");
            }
            again(step);
            return {};
        }
        if (state_.stage != awaits) return ignored("out-of-order: " + std::string(step_name(step)));
        state_.acted_on[step] = digest;
        if (const Status acted = act(); !acted) {
            state_.received_now(step);
            state_.fail(acted.error().message());
            return {true, acted.error()};
        }
        return kChanged;
    }

    void again(Step step) {
        const bool uploading =
            step == Step::kShareDelivery && state_.masked &&
            (state_.stage == SiteStage::kUploading || state_.stage == SiteStage::kAwaitSurvivors);
        if (uploading) state_.outputs.push_back(PutObject{*state_.masked});
        if (state_.stage != SiteStage::kUploading || step != Step::kShareDelivery) state_.reply_again(step);
    }

    SiteState& state_;
};

}  // namespace

std::string_view stage_name(SiteStage stage) {
    switch (stage) {
        case SiteStage::kDeclined: return "declined";
        case SiteStage::kAwaitRoster: return "await-roster";
        case SiteStage::kAwaitShares: return "await-shares";
        case SiteStage::kFetching: return "fetching";
        case SiteStage::kTraining: return "training";
        case SiteStage::kUploading: return "uploading";
        case SiteStage::kAwaitSurvivors: return "await-survivors";
        case SiteStage::kAwaitSignatures: return "await-signatures";
        case SiteStage::kUnmasked: return "unmasked";
        case SiteStage::kOut: return "out";
        case SiteStage::kConcluded: return "concluded";
    }
    return "unknown";
}

SiteRound::SiteRound(std::unique_ptr<State> state) : state_(std::move(state)) {}
SiteRound::~SiteRound() = default;
SiteRound::SiteRound(SiteRound&&) noexcept = default;
SiteRound& SiteRound::operator=(SiteRound&&) noexcept = default;

Result<SiteRound> SiteRound::open(const SiteSetup& setup, const secagg::Secret32& seed,
                                  const SiteTools& tools) {
    HZ_CHECK(tools.signer && tools.directory, "a round has its tools");
    const Step first = step_of(setup.first.body);
    if (first != Step::kProposal && first != Step::kCandidate) {
        return fail(ErrorCode::kInvalidArgument, "a round opens with a proposal or a candidate, not with " +
                                                     std::string(step_name(first)));
    }
    SiteRound round(std::make_unique<State>(setup, seed, tools));
    State& state = *round.state_;
    state.received_now(first);
    if (first == Step::kProposal) state.proposal = std::get<Proposal>(setup.first.body);
    std::optional<std::string> refusal = setup.refusal;
    if (!refusal && state.proposal) {
        const secagg::SiteIdentity identity{setup.self, tools.signer, tools.directory, &state.random};
        // The site's own wishes are in `refusal`; here stand the least that anybody may accept.
        auto keys = secagg::advertise_keys(terms_of(*state.proposal, setup.first.round.number),
                                           secagg::SitePolicy{}, identity);
        if (keys) {
            state.await_roster.emplace(std::move(keys->next));
            state.stage = SiteStage::kAwaitRoster;
            state.reply(Keys{std::move(keys->message)});
            state.want(state.proposal->model);
            if (state.proposal->state) state.want(*state.proposal->state);
        } else {
            refusal = keys.error().message();
        }
    }
    if (refusal) {
        state.stage = SiteStage::kDeclined;
        state.trouble = reason_text(*refusal);
        state.reply(Decline{*state.trouble});
    } else if (!state.proposal) {
        state.candidate = std::get<Candidate>(setup.first.body);
        state.want(state.candidate->current);
        state.want(state.candidate->candidate);
    }
    state.outputs.clear();  // pending() says them
    return round;
}

Applied<SiteOutput> SiteRound::apply(const SiteInput& input) {
    HZ_CHECK(state_->outputs.empty(), "outputs are given out at once");
    const Change change = std::visit(Taking(*state_), input.event);
    return {change.changed, std::exchange(state_->outputs, {}), change.refused};
}

std::vector<SiteOutput> SiteRound::pending() const {
    const State& state = *state_;
    std::vector<SiteOutput> outputs;
    if (done()) {
        outputs.push_back(Concluded{*state.outcome, state.is_in(*state.outcome)});
        return outputs;
    }
    if (const auto last = last_sent()) outputs.push_back(Reply{*last});
    for (const ObjectRef& object : state.wanted) {
        if (!state.has(object)) outputs.push_back(Fetch{object});
    }
    if (state.stage == SiteStage::kTraining) outputs.push_back(state.training());
    if (state.stage == SiteStage::kUploading) outputs.push_back(PutObject{*state.masked});
    if (state.can_measure()) outputs.push_back(Evaluate{*state.candidate});
    return outputs;
}

Position SiteRound::position() const { return {state_->received, state_->answer.value_or(Step::kNone)}; }

std::optional<Message> SiteRound::last_sent() const {
    if (!state_->answer) return std::nullopt;
    const auto kept = state_->answers.find(state_->received);
    if (kept == state_->answers.end()) return std::nullopt;
    return kept->second;
}

RoundName SiteRound::name() const { return state_->name(); }
SiteStage SiteRound::stage() const { return state_->stage; }
bool SiteRound::evaluating() const { return state_->can_measure(); }
const std::optional<Outcome>& SiteRound::outcome() const { return state_->outcome; }
const std::optional<std::string>& SiteRound::trouble() const { return state_->trouble; }

}  // namespace huizhen::rounds
