#include "world.h"

namespace huizhen::rounds {

namespace {

std::string hex(const ObjectRef& ref) { return to_hex(ref.digest); }

struct Fingerprint {
    std::string operator()(const Reply& reply) const {
        const Bytes* bytes = std::visit(
            [](const auto& body) -> const Bytes* {
                if constexpr (requires { body.secagg; }) {
                    return &body.secagg;
                } else if constexpr (requires { body.row; }) {
                    return &body.row;
                } else {
                    return nullptr;
                }
            },
            reply.message.body);
        std::string text = "reply " + std::string(step_name(step_of(reply.message.body)));
        if (bytes) text += to_hex(sha256(std::as_bytes(std::span(*bytes))));
        if (const auto* failed = std::get_if<Failed>(&reply.message.body)) text += failed->reason;
        return text;
    }
    std::string operator()(const Fetch& fetch) const { return "fetch " + hex(fetch.object); }
    std::string operator()(const TrainAndMask& job) const {
        return "train " + std::to_string(job.roster_sites) + " " + std::to_string(job.noise_stddev) + " " +
               to_hex(job.training_seed) + to_hex(job.secrets->noise_seed.bytes());
    }
    std::string operator()(const PutObject& put) const { return "put " + hex(put.object); }
    std::string operator()(const Evaluate& evaluate) const {
        return "evaluate " + hex(evaluate.candidate.candidate);
    }
    std::string operator()(const Charge& charge) const {
        return "charge " + std::to_string(charge.entry.round);
    }
    std::string operator()(const StopJob&) const { return "stop"; }
    std::string operator()(const Concluded& concluded) const {
        return "concluded " + std::to_string(concluded.included) +
               (concluded.outcome.model ? hex(*concluded.outcome.model) : concluded.outcome.failure->reason);
    }
};

std::vector<std::string> fingerprints(const std::vector<SiteOutput>& outputs) {
    std::vector<std::string> texts;
    for (const SiteOutput& output : outputs) texts.push_back(fingerprint(output));
    return texts;
}

std::size_t number_of(const SiteId& site) { return std::stoul(site.str().substr(5)); }

}  // namespace

std::string fingerprint(const SiteOutput& output) { return std::visit(Fingerprint{}, output); }

World::World(const Enrolled& enrolled, RoundSetup setup, WorldOptions options)
    : enrolled_(enrolled),
      setup_(std::move(setup)),
      options_(std::move(options)),
      random_(options_.seed),
      sites_(enrolled.size()) {
    setup_.words = options_.words;
    auto opened = CoordinatorRound::open(setup_, {&enrolled_.directory(), &uploads_, &executor_});
    if (!opened) {
        broken_.push_back("open: " + opened.error().to_string());
        return;
    }
    coordinator_.round.emplace(std::move(*opened));
    act(coordinator_.round->pending());
    for (std::size_t i = 0; i < sites_.size(); ++i) {
        schedule(
            uniform(options_.heartbeat_s), kCoordinator, [this, i] { heartbeat(i); }, true);
        if (options_.revoked_at.contains(i)) {
            schedule(
                options_.revoked_at[i], kCoordinator,
                [this, i] {
                    give({wall(), SiteRevoked{site_id(i)}});
                },
                true);
        }
    }
    if (options_.aborted_at) {
        schedule(
            *options_.aborted_at, kCoordinator,
            [this] {
                give({wall(), Abort{"li", "wrong plan"}});
            },
            true);
    }
    tick();
}

bool World::chance(double probability) {
    return probability > 0 && std::uniform_real_distribution<>(0, 1)(random_) < probability;
}

double World::uniform(double limit) { return std::uniform_real_distribution<>(0, limit)(random_); }

bool World::dead(std::size_t i) const {
    const auto death = options_.dies_at.find(i);
    return death != options_.dies_at.end() && now_ >= death->second;
}

bool World::reachable(std::size_t i) const {
    if (dead(i) || now_ < sites_[i].up_at || now_ < coordinator_.up_at) return false;
    const auto away = options_.away.find(i);
    return away == options_.away.end() || now_ < away->second.first || now_ >= away->second.second;
}

void World::schedule(double after_s, std::size_t node, std::function<void()> act, bool survives) {
    const std::uint64_t epoch = survives               ? UINT64_MAX
                                : node == kCoordinator ? coordinator_.epoch
                                                       : sites_[node].epoch;
    events_.push({now_ + after_s, order_++, node, epoch, std::move(act)});
}

template <typename Deliver>
void World::transmit(std::size_t site, std::size_t receiver, Deliver deliver) {
    const std::size_t number = messages_++;
    if (!reachable(site) || number == options_.drop_message || chance(options_.drop)) return;
    const int copies = number == options_.duplicate_message || chance(options_.duplicate) ? 2 : 1;
    for (int copy = 0; copy < copies; ++copy) {
        double delay = uniform(options_.delay_s);
        if (number == options_.delay_message) delay += 45;
        if (copy == 1 && number != options_.duplicate_message) delay += uniform(20 * options_.delay_s);
        schedule(delay, receiver, [this, site, deliver] {
            if (reachable(site)) deliver();
        });
    }
}

void World::send_to_site(std::size_t i, const Message& message) {
    transmit(i, i, [this, i, message] {
        if (sites_[i].round) {
            give(i, {wall(), FromCoordinator{message}});
        } else {
            take_first(i, message);
        }
    });
}

void World::send_to_coordinator(std::size_t i, const Message& message) {
    const auto mute = options_.mute_from.find(i);
    if (mute != options_.mute_from.end() && step_of(message.body) >= mute->second) return;
    transmit(i, kCoordinator, [this, i, message] {
        coordinator_.last_heard[site_id(i)] = wall();
        give({wall(), FromSite{site_id(i), message}});
    });
}

Kill World::killed_here() {
    const std::size_t number = inputs_++;
    if (number == options_.kill_at) return options_.kill;
    if (!chance(options_.crash)) return Kill::kNever;
    return chance(0.5) ? Kill::kBeforeCommit : Kill::kAfterCommit;
}

void World::give(const CoordinatorInput& input) {
    const Kill kill = killed_here();
    auto applied = coordinator_.round->apply(input);
    if (kill == Kill::kBeforeCommit) return restart_coordinator();
    if (applied.changed) {
        coordinator_.journal.push_back(input);
        coordinator_.outputs.push_back(applied.outputs);
    }
    if (kill == Kill::kAfterCommit) return restart_coordinator();
    act(applied.outputs);
}

void World::give(std::size_t i, const SiteInput& input) {
    Site& site = sites_[i];
    const Kill kill = killed_here();
    auto applied = site.round->apply(input);
    if (kill == Kill::kBeforeCommit) return restart_site(i);
    if (applied.changed) {
        site.journal.push_back(input);
        site.outputs.push_back(fingerprints(applied.outputs));
        for (const SiteOutput& output : applied.outputs) {
            if (const auto* charge = std::get_if<Charge>(&output)) {
                const bool fresh = site.charges.emplace(charge->entry.plan, charge->entry.round).second;
                check(fresh, site_id(i).str() + " is charged twice for one round");
            }
        }
    }
    if (kill == Kill::kAfterCommit) return restart_site(i);
    act(i, applied.outputs);
}

void World::take_first(std::size_t i, const Message& message) {
    const Step step = step_of(message.body);
    if (step != Step::kProposal && step != Step::kCandidate) return;
    Site& site = sites_[i];
    SiteSetup setup{site_id(i), message, std::nullopt, wall()};
    if (options_.refuses.contains(i)) setup.refusal = options_.refuses[i];
    const Kill kill = killed_here();
    if (kill == Kill::kBeforeCommit) return restart_site(i);
    site.setup = setup;
    if (kill == Kill::kAfterCommit) return restart_site(i);
    const std::string seed = "round seed of " + std::to_string(i) + " " + std::to_string(options_.seed);
    auto opened =
        SiteRound::open(*site.setup, secret_of(seed), {&enrolled_.signer(i), &enrolled_.directory()});
    check(opened.has_value(), "a site's round opens");
    site.round.emplace(std::move(*opened));
    act(i, site.round->pending());
}

void World::restart_coordinator() {
    ++crashes_;
    ++coordinator_.epoch;
    coordinator_.up_at = now_ + options_.coordinator_downtime_s;
    coordinator_.last_heard.clear();
    auto opened = CoordinatorRound::open(setup_, {&enrolled_.directory(), &uploads_, &executor_});
    coordinator_.round.emplace(std::move(*opened));
    for (std::size_t i = 0; i < coordinator_.journal.size(); ++i) {
        const auto again = coordinator_.round->apply(coordinator_.journal[i]);
        check(again.changed, "a replayed input of the coordinator changes something");
        check(again.outputs == coordinator_.outputs[i], "the coordinator's replay says the same");
    }
    coordinator_.listening_since =
        wall() +
        std::chrono::milliseconds(static_cast<std::int64_t>(1'000 * options_.coordinator_downtime_s));
    schedule(options_.coordinator_downtime_s, kCoordinator, [this] { act(coordinator_.round->pending()); });
}

void World::restart_site(std::size_t i) {
    Site& site = sites_[i];
    ++crashes_;
    ++site.epoch;
    site.up_at = now_ + options_.downtime_s;
    if (!site.setup) return;
    const std::string seed = "round seed of " + std::to_string(i) + " " + std::to_string(options_.seed);
    auto opened =
        SiteRound::open(*site.setup, secret_of(seed), {&enrolled_.signer(i), &enrolled_.directory()});
    site.round.emplace(std::move(*opened));
    for (std::size_t k = 0; k < site.journal.size(); ++k) {
        const auto again = site.round->apply(site.journal[k]);
        check(again.changed, "a replayed input of a site changes something");
        check(fingerprints(again.outputs) == site.outputs[k], "a site's replay says the same");
    }
    schedule(options_.downtime_s, i, [this, i] { act(i, sites_[i].round->pending()); });
}

void World::act(const std::vector<CoordinatorOutput>& outputs) {
    for (const CoordinatorOutput& output : outputs) {
        if (const auto* send = std::get_if<Send>(&output)) {
            for (const SiteId& site : send->sites) send_to_site(number_of(site), send->message);
        } else if (std::holds_alternative<Aggregate>(output)) {
            schedule(uniform(1), kCoordinator, [this] { aggregate(); });
        } else {
            const RoundResult& result = std::get<Finished>(output).result;
            check(!result_ || *result_ == result, "a round has one result");
            result_ = result;
        }
    }
}

void World::aggregate() {
    if (coordinator_.round->phase() != Phase::kAggregate) return;
    Sha256 model;
    for (const GroupSum& sum : coordinator_.round->sums()) {
        const auto expected = plain_sum(sum.included, options_.words);
        check(std::equal(expected.begin(), expected.end(), sum.words.begin(), sum.words.end()),
              "the sum is the plain sum of the included");
        model.update(std::as_bytes(sum.words));
    }
    give({wall(), Installed{{model.finish(), 1'000}, std::nullopt}});
}

void World::act(std::size_t i, const std::vector<SiteOutput>& outputs) {
    for (const SiteOutput& output : outputs) act_one(i, output);
}

void World::act_one(std::size_t i, const SiteOutput& output) {
    Site& site = sites_[i];
    if (const auto* reply = std::get_if<Reply>(&output)) {
        const Step step = step_of(reply->message.body);
        const auto* failed = std::get_if<Failed>(&reply->message.body);
        const auto [said, first] =
            site.said.emplace(std::pair(step, failed ? failed->at : Step::kNone), reply->message);
        check(first || said->second == reply->message,
              site_id(i).str() + " answers one kind twice differently");
        send_to_coordinator(i, reply->message);
    } else if (const auto* fetch = std::get_if<Fetch>(&output)) {
        schedule(uniform(1), i, [this, i, object = fetch->object] { give(i, {wall(), Fetched{object}}); });
    } else if (const auto* job = std::get_if<TrainAndMask>(&output)) {
        train(i, *job);
    } else if (const auto* put = std::get_if<PutObject>(&output)) {
        site.put.insert(put->object.digest);
        check(site.put.size() == 1, site_id(i).str() + " uploads two different vectors");
        schedule(uniform(2), i, [this, i, object = put->object] {
            if (!reachable(i)) return schedule(5, i, [this, i, object] { act_one(i, PutObject{object}); });
            uploads_.put(object, sites_[i].files.at(object.digest));
            give(i, {wall(), Uploaded{object}});
        });
    } else if (std::holds_alternative<Evaluate>(output)) {
        schedule(uniform(2), i, [this, i] {
            give(i, {wall(), Evaluated{Bytes{static_cast<std::uint8_t>(i), 1, 2, 3}}});
        });
    } else if (const auto* concluded = std::get_if<Concluded>(&output)) {
        check(!site.concluded || *site.concluded == *concluded, "a site's round ends one way");
        site.concluded = *concluded;
    }
}

void World::train(std::size_t i, const TrainAndMask& job) {
    const double slow = options_.slow_s.contains(i) ? options_.slow_s[i] : uniform(options_.training_s);
    if (options_.job_fails.contains(i)) {
        return schedule(slow, i, [this, i] { give(i, {wall(), JobFailed{options_.job_fails[i]}}); });
    }
    schedule(slow, i, [this, i, secrets = job.secrets] {
        if (sites_[i].round->stage() != SiteStage::kTraining) return;  // stopped
        auto words = words_of(i, options_.words);
        const auto digest = secrets->masks.mask_in_place(words, executor_);
        check(digest.has_value(), "a site masks");
        const ObjectRef object{*digest, 4 * words.size()};
        sites_[i].files[object.digest] = std::move(words);
        give(i, {wall(), Masked{object}});
    });
}

void World::heartbeat(std::size_t i) {
    if (dead(i)) return;
    schedule(
        options_.heartbeat_s, kCoordinator, [this, i] { heartbeat(i); }, true);
    if (!reachable(i) || !coordinator_.round) return;
    if (options_.revoked_at.contains(i) && now_ >= options_.revoked_at[i]) return;  // its channel is cut
    coordinator_.last_heard[site_id(i)] = wall();
    const Position position = sites_[i].round ? sites_[i].round->position() : Position{};
    for (const Message& message : coordinator_.round->pending_for(site_id(i), position))
        send_to_site(i, message);
}

void World::tick() {
    schedule(
        1, kCoordinator, [this] { tick(); }, true);
    if (!coordinator_.round || now_ < coordinator_.up_at) return;
    const auto deadline =
        coordinator_.round->next_deadline(coordinator_.last_heard, coordinator_.listening_since);
    if (deadline && wall() >= deadline->at) give({wall(), deadline->close});
}

bool World::finished() const {
    if (!result_) return false;
    for (std::size_t i = 0; i < sites_.size(); ++i) {
        if (dead(i) || options_.revoked_at.contains(i) || options_.mute_from.contains(i)) continue;
        if (sites_[i].round && !sites_[i].round->done()) return false;
    }
    return true;
}

void World::run() {
    while (broken_.empty() && !finished() && now_ < options_.limit_s && !events_.empty()) {
        const Event event = events_.top();
        events_.pop();
        now_ = event.at;
        const std::uint64_t epoch =
            event.node == kCoordinator ? coordinator_.epoch : sites_[event.node].epoch;
        if (event.epoch != UINT64_MAX && event.epoch != epoch) continue;
        if (event.node != kCoordinator && dead(event.node)) continue;
        event.act();
    }
    check_end();
}

void World::check_end() {
    check(result_.has_value(), "the round ends");
    if (!result_) return;
    check(result_->model.has_value() != result_->failure.has_value(), "with a model or with a named failure");
    if (result_->failure) check(!result_->failure->reason.empty(), "a failure has a reason");
    for (const Absence& absence : result_->absences)
        check(!absence.reason.empty(), "an absence has a reason");
    if (result_->model) {
        for (const InvitedSite& one : setup_.invited) {
            const bool in = std::binary_search(result_->included.begin(), result_->included.end(), one.site);
            const bool named = std::any_of(result_->absences.begin(), result_->absences.end(),
                                           [&](const Absence& absence) { return absence.site == one.site; });
            check(in || named, one.site.str() + " is left out without a name");
        }
    }
    const Message outcome = outcome_message(*result_);
    for (std::size_t i = 0; i < sites_.size(); ++i) {
        if (!sites_[i].concluded) continue;
        check(sites_[i].concluded->outcome == std::get<Outcome>(outcome.body),
              "both sides agree on the outcome");
        const bool in = std::binary_search(result_->included.begin(), result_->included.end(), site_id(i));
        check(sites_[i].concluded->included == in, "a site knows whether it is in");
    }
    check(finished(), "every living site comes to an end");
}

}  // namespace huizhen::rounds
