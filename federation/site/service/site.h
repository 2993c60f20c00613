#pragma once

// The hospital's side of the federation at work: one loop that owns all state, a connection that goes out,
// one thread for training and a few for objects.

#include <huizhen/event_loop/event_loop.h>

#include "service/context.h"
#include "service/outbox.h"
#include "service/round_runner.h"
#include "service/spool.h"
#include "service/transfers.h"

namespace huizhen::site {

class Site final : public LoopOwner, public rpc::NodeHandler, public Outbox {
  public:
    // Takes the state folder for itself; serve() and run() pick up every round where it was.
    static Result<std::unique_ptr<Site>> open(const std::filesystem::path& state, const SiteParts& parts);
    ~Site() override;

    // Over the network, until `stop`, until the site has left, or until the state can no longer be kept.
    Status serve(const std::stop_token& stop);
    // The same over a link that is there already.
    Status run(Link& link, const std::stop_token& stop);

    // For a person who watches. Any thread.
    const Watch& watch() const { return context_->watch; }
    const Enrolment& enrolment() const { return context_->enrolment; }

    // rpc::NodeHandler, from the link's threads
    std::vector<rpc::Position> positions() override;
    void connected(const rpc::Welcome& welcome) override;
    void heartbeat(const std::vector<rpc::Position>& positions) override;
    void message(rpc::RoundMessage message) override;
    void notice(const rpc::Notice& notice) override;
    void disconnected(const Error& why, std::chrono::milliseconds retry_in) override;

    // LoopOwner
    Status begin_batch() override;
    Status end_batch() override;
    std::optional<std::chrono::steady_clock::time_point> wake_at() const override;
    void on_wake() override;

    // Outbox
    void send(const rounds::Message& message) override;
    void after_commit(std::function<void()> action) override;
    void fail(const Error& error) override;
    void post_to(const rounds::RoundName& round, std::function<Status(RoundRunner&)> task) override;

  private:
    struct Running;

    explicit Site(std::unique_ptr<Context> context);
    Status resume(Link& link);
    Status run_loop(const std::stop_token& stop);
    void post(std::function<Status()> task);
    RunnerTools runner_tools();
    Status restore_rounds();
    Status take(rounds::Message message);
    Status open_round(const rounds::Message& first);
    Status upkeep();
    Status resend_what_waits();
    Status abandon_forgotten();
    Status follow_orders();
    Status follow(const Order& order);
    void publish_positions();

    void look_at_log(bool whole);
    void look_at_lineages();
    void look_at_lineage(const std::string& task);
    Status fetch_wanted();
    void renew_if_due();
    Status renewed(const Result<rpc::EnrolReply>& reply);
    Status leave(const Order& order, const std::filesystem::path& file);
    Status left(const std::string& who, const std::filesystem::path& file, const Status& told);

    std::unique_ptr<Context> context_;
    EventLoop loop_;
    std::optional<database::Transaction> transaction_;
    std::optional<Error> broken_;                      // the batch cannot be kept
    std::vector<std::function<void()>> after_commit_;  // of this batch
    std::map<rounds::RoundName, std::unique_ptr<RoundRunner>> runners_;
    std::vector<rounds::Message> held_;  // proposals whose certificates are not in the log yet
    bool connected_ = false, looking_at_log_ = false, whole_log_due_ = false, renewing_ = false,
         leaving_ = false;
    std::set<Sha256Digest> fetching_models_;
    struct Resend {
        std::chrono::steady_clock::time_point at;
        std::chrono::seconds patience{};
        rounds::Position position;
    };
    std::map<rounds::RoundName, Resend> resends_;
    std::chrono::steady_clock::time_point next_upkeep_, next_orders_;
    std::stop_source left_;  // the site has left, or the link has ended for good
    std::optional<Error> link_ended_;

    std::mutex positions_mutex_;  // of positions_
    std::vector<rpc::Position> positions_;

    std::unique_ptr<Running> running_;  // while run() runs
};

}  // namespace huizhen::site
