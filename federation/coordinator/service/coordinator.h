#pragma once

// The coordinator at work: one loop that owns all state, the port, and the local socket.

#include <functional>
#include <future>

#include <huizhen/event_loop/event_loop.h>
#include <huizhen/rpc/coordinator_server.h>

#include "service/batch.h"
#include "service/connects.h"
#include "service/context.h"
#include "service/inbox.h"

namespace huizhen::coordinator {

class Coordinator final : public LoopOwner, public rpc::SessionHandler, public Outbox {
  public:
    // Takes the state folder for itself, checks the audit, and picks up every plan where it was.
    static Result<std::unique_ptr<Coordinator>> open(const std::filesystem::path& folder, const Clock& clock,
                                                     RandomSource& random);
    ~Coordinator() override;

    // Until `stop`, or until the state can no longer be kept. `ready`: the port is open.
    Status serve(const std::function<void(int port)>& ready, const std::stop_token& stop);

    // Any thread: `question` runs on the loop, alone, and undoes what it changed when it fails; the answer
    // comes once it is committed.
    enum class Keep { kChanges, kNothing };
    template <typename T>
    Result<T> ask(std::function<Result<T>(Context&)> question, Keep keep = Keep::kChanges) {
        auto promise = std::make_shared<std::promise<Result<T>>>();
        auto answer = promise->get_future();
        HZ_TRY(loop_.post([this, promise = std::move(promise), question = std::move(question), keep] {
            auto result = std::make_shared<Result<T>>(undoing(question, keep));
            after_commit([promise, result] { promise->set_value(std::move(*result)); });
        }));
        return received(answer);
    }

    const Roster& roster() const { return context_->roster; }  // any thread

    // On the loop: whoever was revoked is cut off once that is committed.
    Status apply_revocation(Role role, const std::string& name);
    // Another certificate of the server takes over; sessions go on.
    Status use_server_keys(const ServerKeys& keys);

    // LoopOwner
    Status begin_batch() override;
    Status end_batch() override;
    std::optional<std::chrono::steady_clock::time_point> wake_at() const override;
    void on_wake() override;

    // rpc::SessionHandler, from gRPC threads
    Status opened(rpc::SessionId session, const rpc::Peer& site, const rpc::Hello& hello) override;
    void heartbeat(rpc::SessionId session, const rpc::SiteId& site,
                   const std::vector<rpc::Position>& positions) override;
    Status message(rpc::SessionId session, const rpc::SiteId& site, rpc::RoundMessage message) override;
    void notice(rpc::SessionId session, const rpc::SiteId& site, const rpc::Notice& notice) override;
    void closed(rpc::SessionId session, const rpc::SiteId& site, const Error& why) override;

    // Outbox
    void send(const std::vector<rounds::SiteId>& sites, const rounds::Message& message) override;
    void tell_all(std::string name, std::string sentence) override;
    void after_commit(std::function<void()> action) override { batch_.after_commit(std::move(action)); }
    Status whole_or_nothing(const std::function<Status()>& part) override;
    void on_undo(std::function<void()> action) override { batch_.on_undo(std::move(action)); }
    void fail(const Error& error) override;
    void post(std::function<void()> task) override;

  private:
    explicit Coordinator(std::unique_ptr<Context> context) : context_(std::move(context)) {}
    template <typename T>
    Result<T> undoing(const std::function<Result<T>(Context&)>& question, Keep keep) {
        std::optional<Result<T>> result;
        const Status kept = whole_or_nothing([&]() -> Status {
            result.emplace(question(*context_));
            if (!*result) return huizhen::fail(result->error());
            if (keep == Keep::kNothing) return huizhen::fail(ErrorCode::kCancelled, "only asked");
            return {};
        });
        if (!result) return huizhen::fail(kept.error());
        return std::move(*result);
    }
    template <typename T>
    static Result<T> received(std::future<Result<T>>& answer) {
        try {
            return answer.get();
        } catch (const std::future_error&) {
            return huizhen::fail(ErrorCode::kCancelled,
                                 "shutting-down: the coordinator ended before it could answer");
        }
    }
    // Rounds that were open while an issuing key fell go on without the sites whose certificate it had
    // signed.
    Status tell_rounds_of_revoked();
    // Queues news() of the site.
    Status look_at_news(const rpc::SiteId& site);
    Status news(const rpc::SiteId& site);
    Status record_all(const std::vector<audit::Event>& events);
    // The last batch: what is counted and not yet in the audit.
    Status record_last_connects();
    void positions(const rpc::SiteId& site, const std::vector<rpc::Position>& positions);
    // A plan that was over when this program started has no runner: who missed its end is told from the
    // results.
    Status tell_end(const rpc::SiteId& site, const rpc::Position& position);
    Status renew_server_if_due();

    std::unique_ptr<Context> context_;
    Inbox inbox_;  // any thread; outlives what waits in the loop
    Connects connects_;
    EventLoop loop_;
    std::optional<database::Transaction> transaction_;
    std::optional<Error> broken_;  // the batch cannot be kept
    Batch batch_;
    std::chrono::steady_clock::time_point next_upkeep_;  // certificates, schedules
    std::unique_ptr<rpc::CoordinatorServer> server_;
};

}  // namespace huizhen::coordinator
