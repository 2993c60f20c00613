#pragma once

// A coordinator and its sites without a network: messages are handed over in order until the coordinator is
// in a wanted phase, so that a test can look at what is on its way, change it, or send its own.

#include <deque>

#include <gtest/gtest.h>

#include "fixtures.h"

namespace huizhen::rounds {

class Parties {
  public:
    explicit Parties(std::size_t sites, TrainingPlan plan) : Parties(sites, setup_for(plan)) {}
    explicit Parties(std::size_t sites) : Parties(sites, plan_for(sites)) {}
    Parties(std::size_t sites, RoundSetup with) : enrolled(sites), setup(std::move(with)), rounds(sites) {
        coordinator.emplace(
            CoordinatorRound::open(setup, {&enrolled.directory(), &uploads, &executor}).value());
        act(coordinator->pending());
    }

    // Hands over messages until the coordinator is in `phase`, or nothing is left to hand over.
    void until(Phase phase) {
        while (coordinator->phase() < phase && !way.empty()) {
            const auto [to_site, site, message] = way.front();
            way.pop_front();
            if (to_site) {
                to(site, message);
            } else {
                from(site, message);
            }
        }
    }

    // To the coordinator, over the channel of `site`.
    Applied<CoordinatorOutput> from(std::size_t site, const Message& message) {
        return give(FromSite{site_id(site), message});
    }
    template <typename Event>
    Applied<CoordinatorOutput> give(Event event) {
        auto applied = coordinator->apply({now, std::move(event)});
        act(applied.outputs);
        return applied;
    }
    // To a site.
    Applied<SiteOutput> to(std::size_t site, const Message& message) {
        if (!rounds[site]) {
            open(site, message);
            return {};
        }
        return give_site(site, FromCoordinator{message});
    }
    template <typename Event>
    Applied<SiteOutput> give_site(std::size_t site, Event event) {
        auto applied = rounds[site]->apply({now, std::move(event)});
        act(site, applied.outputs);
        return applied;
    }

    void open(std::size_t site, const Message& first, std::optional<std::string> refusal = std::nullopt) {
        const SiteSetup with{site_id(site), first, std::move(refusal), now};
        rounds[site].emplace(SiteRound::open(with, secret_of("seed " + std::to_string(site)),
                                             {&enrolled.signer(site), &enrolled.directory()})
                                 .value());
        act(site, rounds[site]->pending());
    }

    // Takes the first message on its way of this step out; from or to that site.
    std::optional<Message> intercept(std::size_t site, Step step) {
        const auto found = std::find_if(way.begin(), way.end(), [&](const auto& one) {
            return std::get<1>(one) == site && step_of(std::get<2>(one).body) == step;
        });
        if (found == way.end()) return std::nullopt;
        Message message = std::get<2>(*found);
        way.erase(found);
        return message;
    }

    // Gives up on every awaited site, as the caller does when a deadline is over.
    void give_up_on_awaited(Cause cause = Cause::kSilent) {
        Close close{coordinator->phase(), {}};
        for (const SiteId& site : coordinator->awaited()) close.missing.push_back({site, cause});
        give(close);
    }

    std::vector<std::uint32_t> sum(std::size_t group = 0) const {
        const auto sums = coordinator->sums();
        return {sums.at(group).words.begin(), sums.at(group).words.end()};
    }

    Executor executor{1};
    Enrolled enrolled;
    RoundSetup setup;
    MemoryUploads uploads;
    WallTime now = kStart;
    std::optional<CoordinatorRound> coordinator;
    std::vector<std::optional<SiteRound>> rounds;
    std::deque<std::tuple<bool, std::size_t, Message>> way;  // to a site? which, what
    std::vector<Message> said_by_coordinator;
    std::vector<std::pair<std::size_t, privacy::LedgerEntry>> charges;
    std::vector<double> noise_stddevs;
    bool installs = true, trains = true, evaluates = true;

  private:
    void act(const std::vector<CoordinatorOutput>& outputs) {
        for (const CoordinatorOutput& output : outputs) {
            if (const auto* send = std::get_if<Send>(&output)) {
                for (const SiteId& site : send->sites) {
                    way.emplace_back(true, std::stoul(site.str().substr(5)), send->message);
                }
                said_by_coordinator.push_back(send->message);
            } else if (std::holds_alternative<Aggregate>(output) && installs) {
                give(Installed{object("new model"), std::nullopt});
            }
        }
    }

    void act(std::size_t site, const std::vector<SiteOutput>& outputs) {
        for (const SiteOutput& output : outputs) {
            if (const auto* reply = std::get_if<Reply>(&output)) {
                way.emplace_back(false, site, reply->message);
            } else if (const auto* fetch = std::get_if<Fetch>(&output)) {
                give_site(site, Fetched{fetch->object});
            } else if (const auto* job = std::get_if<TrainAndMask>(&output)) {
                noise_stddevs.push_back(job->noise_stddev);
                if (!trains) continue;
                auto words = words_of(site, job->proposal.words);
                const auto digest = job->secrets->masks.mask_in_place(words, executor);
                masked[{*digest, 4 * words.size()}] = words;
                give_site(site, Masked{{*digest, 4 * words.size()}});
            } else if (const auto* put = std::get_if<PutObject>(&output)) {
                uploads.put(put->object, masked.at(put->object));
                give_site(site, Uploaded{put->object});
            } else if (std::holds_alternative<Evaluate>(output) && evaluates) {
                give_site(site, Evaluated{Bytes{static_cast<std::uint8_t>(site)}});
            } else if (const auto* charge = std::get_if<Charge>(&output)) {
                charges.emplace_back(site, charge->entry);
            }
        }
    }

    std::map<ObjectRef, std::vector<std::uint32_t>> masked;
};

// Whether a refusal's text starts with this name.
inline bool named(const std::optional<Error>& error, std::string_view name) {
    return error && error->message().starts_with(std::string(name) + ":");
}

}  // namespace huizhen::rounds
