#pragma once

// A site's program: its state machine, its journal, its training, and what becomes of it when it is killed.

#include <set>

#include <huizhen/rounds/site_round.h>

#include "simulation/surroundings.h"

namespace huizhen::coordinator::simulation {

// Where a site vanishes for good: as it is about to say this.
struct Vanishing {
    std::uint32_t iteration = 0;
    rounds::Step step = rounds::Step::kShares;
};

class SimulatedSite {
  public:
    using Post = std::function<void(SimulatedSite&, LetterPtr)>;  // to the coordinator

    // `around` and `coordinator` outlive the site.
    SimulatedSite(rounds::SiteId id, Surroundings& around, const Process& coordinator, Post post);
    SimulatedSite(const SimulatedSite&) = delete;
    SimulatedSite& operator=(const SimulatedSite&) = delete;

    const rounds::SiteId& id() const { return id_; }
    const Process& process() const { return process_; }
    secagg::PublicKey public_key() const { return signer_.public_key(); }
    void vanish(const Vanishing& where) { vanishing_ = where; }

    void receive(const LetterPtr& letter);
    rounds::Position position() const { return round_ ? round_->position() : rounds::Position(); }
    // Nothing more is to come of this round.
    bool finished() const { return process_.gone || !round_ || round_->done(); }
    // What it sent, without masks; none while it has not trained.
    const Words& plain_words() const { return plain_; }
    // Of the round, as it was told.
    std::optional<rounds::Outcome> outcome() const { return round_ ? round_->outcome() : std::nullopt; }
    void end_round();

  private:
    struct Taken {
        WallTime at{};
        LetterPtr letter;                      // a message, or
        std::optional<rounds::SiteInput> own;  // what the site did itself
        Sha256Digest said{};
        rounds::SiteInput input() const;
    };

    void open_with(const LetterPtr& first);
    Status open();
    template <typename Event>
    void give(Event event);
    void take(Taken taken);
    void commit(Taken taken, const rounds::Applied<rounds::SiteOutput>& applied);
    void restart();

    void act(const std::vector<rounds::SiteOutput>& outputs);
    void act(const rounds::Reply& reply);
    void act(const rounds::Fetch& fetch);
    void act(const rounds::TrainAndMask& job);
    void act(const rounds::PutObject& put);
    void act(const rounds::Evaluate& evaluate);
    void act(const rounds::Charge&) {}
    void act(const rounds::StopJob&) {}
    void act(const rounds::Concluded&) {}
    void train_and_mask(const rounds::TrainAndMask& job);
    void evaluate_now(const rounds::Candidate& candidate);
    template <typename T>
    bool went(const Result<T>& result);

    rounds::SiteId id_;
    Surroundings& around_;
    const Process& coordinator_;
    Post post_;
    secagg::Ed25519Signer signer_;
    Process process_;
    std::optional<Vanishing> vanishing_;

    // On its disk.
    LetterPtr first_;
    WallTime first_at_{};
    std::optional<std::string> refusal_;
    std::vector<Taken> journal_;
    rounds::ObjectRef masked_;
    Words masked_words_;
    std::set<rounds::ObjectRef> models_;  // that have been fetched
    std::vector<float> residual_, next_residual_;

    std::optional<rounds::SiteRound> round_;
    Words plain_;  // for the simulation alone
};

}  // namespace huizhen::coordinator::simulation
