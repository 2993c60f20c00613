#pragma once

// The coordinator's program in one round: its state machine, its journal, and what becomes of it when it is
// killed.

#include <huizhen/rounds/coordinator_round.h>

#include "simulation/plain_model.h"

namespace huizhen::coordinator::simulation {

class SimulatedCoordinator {
  public:
    struct Hands {
        std::function<void(const rounds::SiteId&, const LetterPtr&)> send;
        PlainOf plain;
    };

    // All outlive it. `process` is the coordinator's through all rounds.
    SimulatedCoordinator(rounds::RoundSetup setup, std::optional<Sha256Digest> kept, Surroundings& around,
                         Process& process, Hands hands);

    Status start();
    void receive(const rounds::SiteId& site, const LetterPtr& letter);
    void hear(const rounds::SiteId& site, const rounds::Position& position);
    void tick();

    const rounds::CoordinatorRound& round() const { return *round_; }
    const std::optional<rounds::RoundResult>& result() const { return result_; }
    std::optional<bool> exact() const { return exact_; }  // none: no model was made
    // What stays here for the next iteration.
    const std::optional<Sha256Digest>& kept() const { return kept_; }

  private:
    struct Taken {
        rounds::CoordinatorInput input;
        Sha256Digest said{};
    };

    Status open();
    template <typename Event>
    bool give(Event event);  // whether it was committed
    void restart();
    void act(const std::vector<rounds::CoordinatorOutput>& outputs);
    void aggregate();

    rounds::RoundSetup setup_;
    std::optional<Sha256Digest> kept_;
    Surroundings& around_;
    Process& process_;
    Hands hands_;

    std::vector<Taken> journal_;
    std::optional<rounds::CoordinatorRound> round_;
    std::map<rounds::SiteId, WallTime> last_heard_;
    std::optional<rounds::RoundResult> result_;
    std::optional<bool> exact_;
};

}  // namespace huizhen::coordinator::simulation
