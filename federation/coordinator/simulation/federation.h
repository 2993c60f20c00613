#pragma once

// The sites, and one coordinator after the other with them: round by round.

#include <memory>

#include <huizhen/base/progress.h>
#include <huizhen/identity/remembered_signatures.h>
#include <huizhen/rounds/plan_run.h>

#include "simulation/report.h"
#include "simulation/simulated_coordinator.h"
#include "simulation/simulated_site.h"

namespace huizhen::coordinator::simulation {

class Federation {
  public:
    // `around` outlives it.
    Federation(const std::vector<rounds::SiteId>& sites, Surroundings& around);

    // The share of the sites that vanish, and where each does, are drawn.
    void draw_vanishings(std::uint32_t iterations);
    std::size_t vanished() const;

    // One attempt at one iteration, until every living site knows how it ended.
    Result<rounds::RoundResult> play(const rounds::TrainingPlan& plan, const rounds::NextRound& next,
                                     std::string_view stage, ProgressSink& progress);
    // Of the round that was played last.
    RoundReport report_of(const rounds::RoundResult& result) const;

  private:
    void heartbeat(SimulatedSite& site);
    void tick();
    void to_coordinator(SimulatedSite& site, const LetterPtr& letter);
    void to_site(const rounds::SiteId& id, const LetterPtr& letter);
    Status run(const rounds::TrainingPlan& plan, std::string_view stage, ProgressSink& progress);
    bool over() const;
    void check_end(const rounds::RoundResult& result);

    Surroundings& around_;
    Process process_;  // the coordinator's
    std::vector<std::unique_ptr<SimulatedSite>> sites_;
    std::map<rounds::SiteId, SimulatedSite*> by_id_;
    std::unique_ptr<secagg::Ed25519Directory> keys_;
    std::unique_ptr<identity::RememberedSignatures> directory_;
    std::unique_ptr<SimulatedCoordinator> coordinator_;
    std::optional<Sha256Digest> kept_;
    WallTime started_{};
    std::optional<bool> exact_;
};

}  // namespace huizhen::coordinator::simulation
