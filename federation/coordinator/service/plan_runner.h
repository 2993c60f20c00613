#pragma once

// One plan that runs: opens its rounds, feeds them, keeps their journal, and makes the models they end in. On
// the loop's thread, inside its batch: what it changes is committed before anything it says leaves.

#include <memory>
#include <optional>

#include <huizhen/base/clock.h>
#include <huizhen/identity/certificate_directory.h>
#include <huizhen/rounds/coordinator_round.h>
#include <huizhen/rounds/plan_run.h>
#include <huizhen/rpc/file_objects.h>

#include "members/members.h"
#include "service/grants.h"
#include "service/model_maker.h"
#include "service/outbox.h"
#include "service/presence.h"
#include "service/uploads.h"
#include "state/model_store.h"
#include "state/plan_store.h"

namespace huizhen::coordinator {

// Borrowed; outlive the runner.
struct RunnerTools {
    const Clock* clock = nullptr;
    RandomSource* random = nullptr;
    PlanStore* plans = nullptr;
    ModelStore* models = nullptr;
    const Members* members = nullptr;
    const identity::PeerVerifier* verifier = nullptr;
    rpc::FileObjects* objects = nullptr;
    const Uploads* uploads = nullptr;
    Grants* grants = nullptr;
    const Presence* presence = nullptr;
    rounds::WallTime listening_since{};  // nobody was heard before, and nobody is silent for that
    Executor* executor = nullptr;
    std::filesystem::path work;  // for files half made, on the objects' disk
    Outbox* outbox = nullptr;
};

class PlanRunner {
  public:
    // From what the database holds; a round that was open goes on where it was.
    static Result<std::unique_ptr<PlanRunner>> restore(rounds::TrainingPlan plan, const RunnerTools& tools);

    Status message(const rounds::SiteId& site, rounds::Message message);
    // Where the site is in this plan; what it missed is sent again.
    void position(const rounds::SiteId& site, std::uint64_t round, const rounds::Position& position);
    Status revoked(const rounds::SiteId& site);
    // The open round ends and no other begins.
    Status abort(std::string who, std::string why);
    // No new round begins; the open one goes on.
    void set_paused(bool paused) { paused_ = paused; }

    // Whether what came of the plan has been written down.
    bool settled() const { return settled_; }
    void set_settled() { settled_ = true; }

    // Opens the next round when it is time, and gives up on sites that are silent.
    Status tick();
    std::optional<rounds::WallTime> wake_at() const;

    const rounds::PlanRun& run() const { return run_; }
    const rounds::CoordinatorRound* round() const { return round_ ? &*round_ : nullptr; }

  private:
    PlanRunner(rounds::PlanRun run, const RunnerTools& tools) : run_(std::move(run)), tools_(tools) {}

    Status reopen();
    Status open_next(const rounds::NextRound& next);
    Status open(rounds::RoundSetup setup);
    Status apply(const rounds::CoordinatorInput& input);
    void remember_upload(const rounds::CoordinatorInput& input);
    Status act(const std::vector<rounds::CoordinatorOutput>& outputs);
    void send(const std::vector<rounds::SiteId>& sites, const rounds::Message& message);
    void grant(const std::vector<rounds::SiteId>& sites, const rounds::Message& message);
    void grant_what_is_said(const std::vector<rounds::CoordinatorOutput>& outputs);
    void make();
    Status installed(const MadeModel& made);
    Status conclude(const rounds::RoundResult& result);
    rounds::WallTime now() const;

    rounds::PlanRun run_;
    RunnerTools tools_;
    std::unique_ptr<identity::CertificateDirectory> directory_;  // of the open round
    std::optional<rounds::CoordinatorRound> round_;
    std::int64_t journalled_ = 0;             // entries of the open round
    std::vector<rounds::ObjectRef> uploads_;  // of the open round
    bool paused_ = false;
    bool settled_ = false;
    std::optional<rounds::WallTime> not_before_;  // of the next round, once one could not be opened
};

}  // namespace huizhen::coordinator
