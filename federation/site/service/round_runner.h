#pragma once

// One round the site is in: feeds it, keeps its journal, and has its work done. On the loop's thread, inside
// its batch: what it changes is committed before anything it says leaves.

#include <memory>
#include <set>

#include <huizhen/identity/certificate_directory.h>
#include <huizhen/rounds/site_round.h>
#include <huizhen/vault/key_ring.h>

#include "jobs/evaluation_job.h"
#include "jobs/training_job.h"
#include "service/outbox.h"
#include "service/transfers.h"
#include "state/kept_store.h"
#include "state/ledger_store.h"
#include "state/round_store.h"

namespace huizhen::site {

// Borrowed; outlive the runner.
struct RunnerTools {
    const Clock* clock = nullptr;
    RandomSource* random = nullptr;
    const vault::KeyRing* ring = nullptr;
    RoundStore* rounds = nullptr;
    LedgerStore* ledger = nullptr;
    KeptStore* kept = nullptr;
    const identity::PeerVerifier* verifier = nullptr;
    const secagg::Signer* signer = nullptr;
    const std::optional<privacy::Budget>* budget = nullptr;
    JobTools jobs;
    Executor* worker = nullptr;  // one thread: one job at a time
    Transfers* transfers = nullptr;
    Watch* watch = nullptr;
    Outbox* outbox = nullptr;
};

class RoundRunner {
  public:
    // A new round, kept; what it says first leaves with the batch. kInvalidArgument: no round opens with
    // this.
    static Result<std::unique_ptr<RoundRunner>> open(const rounds::SiteSetup& setup,
                                                     const RunnerTools& tools);
    // From what the database holds.
    static Result<std::unique_ptr<RoundRunner>> restore(const OpenRound& kept, const RunnerTools& tools);
    ~RoundRunner();  // its work is asked to stop

    Status apply(decltype(rounds::SiteInput::event) event);
    // Says the last thing again: after a reconnect, or when nothing was heard for long.
    void resend();
    // Set aside by a person or by time; the coordinator has said nothing of an end.
    Status abandon(const std::string& why);

    const rounds::SiteRound& round() const { return *round_; }
    const std::string& task() const { return task_; }
    const std::optional<rounds::Proposal>& proposal() const { return proposal_; }
    bool over() const { return over_; }
    WallTime heard_at() const { return heard_at_; }

  private:
    explicit RoundRunner(const RunnerTools& tools) : tools_(tools) {}

    Status begin(const rounds::SiteSetup& setup, const secagg::Secret32& seed);
    Status act(const std::vector<rounds::SiteOutput>& outputs);
    Status take(const rounds::Reply& reply);
    Status take(const rounds::Fetch& fetch);
    Status take(const rounds::TrainAndMask& work);
    Status take(const rounds::PutObject& put);
    Status take(const rounds::Evaluate& work);
    Status take(const rounds::Charge& charge);
    Status take(const rounds::StopJob& stop);
    Status take(const rounds::Concluded& concluded);

    Status moved(const rounds::ObjectRef& object, const Status& how,
                 decltype(rounds::SiteInput::event) event);
    Status trained(const Result<TrainingDone>& done);
    Status affordable() const;
    Status close(const RoundEnd& end);
    Status keep_stage();
    void start_job(std::function<void(const std::stop_token&)> job);

    RunnerTools tools_;
    std::string task_;
    std::optional<rounds::Proposal> proposal_;
    std::optional<identity::CertificateDirectory> directory_;
    std::optional<rounds::SiteRound> round_;
    std::int64_t journalled_ = 0;
    WallTime heard_at_{};
    std::set<rounds::ObjectRef> moving_;
    std::optional<rounds::ObjectRef> upload_;
    bool training_ = false, evaluating_ = false, over_ = false;
    std::stop_source job_, transfers_;
};

}  // namespace huizhen::site
