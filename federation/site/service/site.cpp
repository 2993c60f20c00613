#include "site.h"

#include <system_error>
#include <thread>

#include <huizhen/base/logging.h>
#include <huizhen/rpc/round_codec.h>

#include "enrolment/leaving.h"
#include "service/admission.h"
#include "service/renewal.h"

namespace huizhen::site {
namespace {

using std::chrono::seconds;

constexpr seconds kUpkeep{60};
constexpr seconds kOrders{1};  // how often the spool is looked at
constexpr seconds kFirstResend{30}, kLongestResend{600};
constexpr std::size_t kMaxHeld = 64;
constexpr std::size_t kMaxOpenRounds = 64;
// A round of which nothing is heard for so many of its own phase limits is over, whatever became of it.
constexpr int kForgottenPhases = 4;
constexpr seconds kForgottenCandidate{7 * 24 * 3600};

}  // namespace

// What lives only while there is a link. Destroyed from the last to the first: jobs and transfers end before
// what they use.
struct Site::Running {
    Running(Link& to, Context& context)
        : link(to), transfers(to, *context.objects, context.watch, *context.parts.random) {}

    Link& link;
    Executor worker{1};
    Transfers transfers;
};

Result<std::unique_ptr<Site>> Site::open(const std::filesystem::path& state, const SiteParts& parts) {
    HZ_ASSIGN(auto context, Context::open(state, parts));
    return std::unique_ptr<Site>(new Site(std::move(context)));
}

Site::Site(std::unique_ptr<Context> context) : context_(std::move(context)) {}
Site::~Site() = default;

Status Site::serve(const std::stop_token& stop) {
    rpc::NodeOptions options;
    options.coordinator = {context_->enrolment.coordinator, context_->enrolment.proxy};
    options.identity = context_->tls_identity();
    options.site = context_->self();
    options.software_version = context_->parts.software_version;
    options.tasks = context_->parts.tasks->offered();
    RpcLink link(std::move(options), *context_->trust, *this, *context_->parts.random);
    // The first hello says where this site is in every round.
    HZ_TRY(resume(link));
    std::jthread thread([&](const std::stop_token& ending) {
        const Status ended = link.run(ending);
        if (ended || ending.stop_requested()) return;
        post([this, ended]() -> Status {
            link_ended_ = ended.error();
            left_.request_stop();
            return {};
        });
    });
    return run_loop(stop);
}

Status Site::run(Link& link, const std::stop_token& stop) {
    HZ_TRY(resume(link));
    return run_loop(stop);
}

Status Site::resume(Link& link) {
    running_ = std::make_unique<Running>(link, *context_);
    next_upkeep_ = context_->parts.clock->steady_now();
    next_orders_ = next_upkeep_;
    HZ_TRY(begin_batch());
    if (const Status restored = restore_rounds(); !restored) fail(restored.error());
    return end_batch();
}

Status Site::run_loop(const std::stop_token& stop) {
    const std::stop_callback also(stop, [this] { left_.request_stop(); });
    const Status ended = loop_.run(*this, left_.get_token());
    runners_.clear();  // their jobs and transfers are asked to stop
    running_.reset();
    if (!ended) return ended;
    HZ_TRY(context_->membership.set({false, "the daemon was stopped", wall_now(*context_->parts.clock)}));
    if (link_ended_) return huizhen::fail(*link_ended_);
    return {};
}

void Site::post(std::function<Status()> task) {
    // After the loop has ended nobody waits for it.
    (void)loop_.post([this, task = std::move(task)] {
        if (const Status done = task(); !done) fail(done.error());
    });
}

RunnerTools Site::runner_tools() {
    Context& context = *context_;
    RunnerTools tools;
    tools.clock = context.parts.clock;
    tools.random = context.parts.random;
    tools.ring = context.parts.ring;
    tools.rounds = &context.rounds;
    tools.ledger = &context.ledger;
    tools.kept = &context.kept;
    tools.verifier = &context.trust->verifier();
    tools.signer = context.signer.get();
    tools.budget = &context.settings.budget;
    tools.jobs = context.job_tools();
    tools.worker = &running_->worker;
    tools.transfers = &running_->transfers;
    tools.watch = &context.watch;
    tools.outbox = this;
    return tools;
}

Status Site::restore_rounds() {
    HZ_ASSIGN(const auto open, context_->rounds.open_rounds());
    for (const OpenRound& kept : open) {
        HZ_ASSIGN(auto runner, RoundRunner::restore(kept, runner_tools()));
        log::info("round-resumed", {{"plan", kept.row.name.plan.str()},
                                    {"round", std::to_string(kept.row.name.number)},
                                    {"stage", std::string(rounds::stage_name(runner->round().stage()))}});
        runners_[kept.row.name] = std::move(runner);
    }
    return fetch_wanted();
}

// ---- the loop

Status Site::begin_batch() {
    HZ_ASSIGN(auto transaction, context_->connection->begin());
    transaction_.emplace(std::move(transaction));
    context_->transaction = &*transaction_;
    return {};
}

Status Site::end_batch() {
    const bool some_are_over =
        std::erase_if(runners_, [](const auto& entry) { return entry.second->over(); }) > 0;
    Status committed;
    if (broken_) {
        committed = huizhen::fail(*broken_);
    } else {
        committed = transaction_->commit();
    }
    transaction_.reset();
    context_->transaction = nullptr;
    std::vector<std::function<void()>> actions;
    actions.swap(after_commit_);
    if (!committed) {
        log::error("state-not-kept", {{"why", committed.error().message()}});
        return committed;
    }
    publish_positions();
    for (const auto& action : actions) action();
    if (some_are_over) {
        post([this] { return context_->sweep(); });
        look_at_lineages();
    }
    return {};
}

std::optional<std::chrono::steady_clock::time_point> Site::wake_at() const {
    return std::min(next_upkeep_, next_orders_);
}

void Site::on_wake() {
    const auto now = context_->parts.clock->steady_now();
    Status done;
    if (now >= next_orders_) {
        next_orders_ = now + kOrders;
        done = follow_orders();
        if (done) done = resend_what_waits();
    }
    if (done && now >= next_upkeep_) {
        next_upkeep_ = now + kUpkeep;
        done = upkeep();
    }
    if (!done) fail(done.error());
}

Status Site::upkeep() {
    renew_if_due();
    HZ_TRY(abandon_forgotten());
    if (connected_) look_at_lineages();  // a verdict comes when a person has made up their mind
    return fetch_wanted();
}

// ---- messages

Status Site::take(rounds::Message message) {
    const auto found = runners_.find(message.round);
    if (found != runners_.end()) return found->second->apply(rounds::FromCoordinator{std::move(message)});
    const rounds::Step step = rounds::step_of(message.body);
    if (step != rounds::Step::kProposal && step != rounds::Step::kCandidate) return {};
    if (const auto* proposal = std::get_if<rounds::Proposal>(&message.body)) {
        HZ_ASSIGN(const bool knows, context_->trust->knows(*proposal));
        if (!knows) {
            if (held_.size() < kMaxHeld) held_.push_back(std::move(message));
            look_at_log(false);
            return {};
        }
    }
    return open_round(message);
}

Status Site::open_round(const rounds::Message& first) {
    if (runners_.contains(first.round)) return {};
    // Of a round that is over here, or of one before it.
    HZ_ASSIGN(const std::uint64_t last, context_->rounds.last_number(first.round.plan));
    if (first.round.number <= last || leaving_) return {};
    if (runners_.size() >= kMaxOpenRounds) {
        log::warning("too-many-rounds", {{"plan", first.round.plan.str()}});
        return {};
    }
    HZ_ASSIGN(const auto setup, admit(first, *context_));
    auto runner = RoundRunner::open(setup, runner_tools());
    if (!runner && runner.error().code() == ErrorCode::kInvalidArgument) {
        log::warning("round-not-opened",
                     {{"plan", first.round.plan.str()}, {"why", runner.error().message()}});
        return {};
    }
    if (!runner) return huizhen::fail(runner.error());
    const std::string what =
        "plan " + first.round.plan.str() + " round " + std::to_string(first.round.number);
    if ((*runner)->round().stage() == rounds::SiteStage::kDeclined) {
        HZ_TRY(context_->record("decline-round", what + ": " + *(*runner)->round().trouble()));
    } else {
        HZ_TRY(context_->record("join-round", what));
    }
    runners_[first.round] = std::move(*runner);
    return {};
}

std::vector<rpc::Position> Site::positions() {
    const std::lock_guard lock(positions_mutex_);
    return positions_;
}

// Of each plan the oldest round that is open: its end comes before the next one matters.
void Site::publish_positions() {
    std::vector<rpc::Position> positions;
    const rounds::PlanId* last = nullptr;
    for (const auto& [name, runner] : runners_) {
        if (last != nullptr && *last == name.plan) continue;
        last = &name.plan;
        positions.push_back(rpc::to_rpc(name, runner->round().position()));
    }
    const std::lock_guard lock(positions_mutex_);
    positions_ = std::move(positions);
}

void Site::connected(const rpc::Welcome&) {
    context_->watch.set_connected(true, "");
    post([this]() -> Status {
        log::info("connected", {{"coordinator", context_->enrolment.coordinator}});
        connected_ = true;
        HZ_TRY(context_->membership.set({true, "", wall_now(*context_->parts.clock)}));
        for (const auto& [name, runner] : runners_) runner->resend();
        look_at_log(true);
        look_at_lineages();
        renew_if_due();
        return {};
    });
}

void Site::heartbeat(const std::vector<rpc::Position>&) {}

void Site::message(rpc::RoundMessage message) {
    auto decoded = rpc::decode(message);
    if (!decoded) {
        log::warning("message-refused", {{"plan", message.plan}, {"why", decoded.error().message()}});
        return;
    }
    post([this, decoded = std::move(*decoded)]() mutable { return take(std::move(decoded)); });
}

void Site::notice(const rpc::Notice& notice) {
    log::info("notice", {{"name", notice.name}, {"sentence", notice.sentence}});
    if (notice.name == "lineage") {
        post([this]() -> Status {
            look_at_lineages();
            return {};
        });
    } else if (notice.name == "revoked") {
        post([this]() -> Status {
            look_at_log(true);
            return {};
        });
    }
}

void Site::disconnected(const Error& why, std::chrono::milliseconds retry_in) {
    context_->watch.set_connected(false, why.message());
    post([this, why, retry_in]() -> Status {
        connected_ = false;
        log::warning("disconnected",
                     {{"why", why.message()}, {"again_in_ms", std::to_string(retry_in.count())}});
        HZ_ASSIGN(const auto before, context_->membership.connection());
        if (before && !before->connected && before->why == why.message()) return {};
        return context_->membership.set({false, why.message(), wall_now(*context_->parts.clock)});
    });
}

void Site::send(const rounds::Message& message) {
    after_commit([this, encoded = rpc::encode_round_message(message)] {
        // Not connected, or the queue is full: it is said again after the next connection.
        if (const Status sent = running_->link.send(encoded); !sent)
            log::debug("not-sent", {{"why", sent.error().message()}});
    });
}

void Site::after_commit(std::function<void()> action) { after_commit_.push_back(std::move(action)); }

void Site::fail(const Error& error) {
    if (!broken_) broken_ = error;
}

void Site::post_to(const rounds::RoundName& round, std::function<Status(RoundRunner&)> task) {
    post([this, round, task = std::move(task)]() -> Status {
        const auto found = runners_.find(round);
        return found == runners_.end() ? Status() : task(*found->second);
    });
}

// A message may be lost where the coordinator's queue was full; it knows the site's position and cannot tell.
Status Site::resend_what_waits() {
    const auto now = context_->parts.clock->steady_now();
    std::erase_if(resends_, [this](const auto& entry) { return !runners_.contains(entry.first); });
    for (const auto& [name, runner] : runners_) {
        const rounds::Position position = runner->round().position();
        auto [entry, fresh] = resends_.try_emplace(name, Resend{now + kFirstResend, kFirstResend, position});
        Resend& resend = entry->second;
        if (resend.position != position) resend = {now + kFirstResend, kFirstResend, position};
        if (now < resend.at) continue;
        runner->resend();
        resend.patience = std::min(resend.patience * 2, kLongestResend);
        resend.at = now + resend.patience;
    }
    return {};
}

Status Site::abandon_forgotten() {
    const WallTime now = wall_now(*context_->parts.clock);
    for (const auto& [name, runner] : runners_) {
        const auto& proposal = runner->proposal();
        const seconds patience =
            proposal ? seconds(proposal->plan.patience.phase_limit) * kForgottenPhases : kForgottenCandidate;
        if (now - runner->heard_at() < patience) continue;
        HZ_TRY(runner->abandon("nothing was heard of it for " + std::to_string(patience.count()) + " s"));
    }
    return {};
}

// ---- certificates

void Site::look_at_log(bool whole) {
    if (looking_at_log_) {
        whole_log_due_ |= whole;  // what is under way may have missed a revocation
        return;
    }
    looking_at_log_ = true;
    after_commit([this, whole] {
        const auto head = context_->trust->log_head();
        const std::uint64_t skip = whole || !head ? 0 : head->count;
        const Status started = running_->transfers.call([this, skip](const std::stop_token&) {
            const auto page = running_->link.roster(skip);
            const auto lists = skip == 0 ? running_->link.revocation_lists() : std::string();
            post([this, page, lists, skip]() -> Status {
                looking_at_log_ = false;
                if (std::exchange(whole_log_due_, false)) look_at_log(true);
                std::vector<rounds::Message> held;
                held.swap(held_);
                if (!page) {
                    log::warning("certificates-not-seen", {{"why", page.error().message()}});
                    return {};  // proposals come again
                }
                if (const Status taken = context_->trust->take(*page, skip); !taken) {
                    log::error("certificates-refused", {{"why", taken.error().message()}});
                    HZ_TRY(context_->record("refuse-certificates", taken.error().message()));
                }
                const Status heeded = lists.and_then(
                    [this](const std::string& pem) { return context_->trust->take_lists(pem); });
                if (!heeded) log::warning("revocations-not-seen", {{"why", heeded.error().message()}});
                // What is still not in the log now is refused, by name.
                for (const rounds::Message& message : held) HZ_TRY(open_round(message));
                return {};
            });
        });
        if (!started) looking_at_log_ = false;
    });
}

void Site::renew_if_due() {
    const bool due = is_renewal_due(context_->certificate.who, context_->parts.clock->now());
    // Rounds that are open sign with the key they began with.
    if (!due || renewing_ || !runners_.empty()) return;
    const auto request = prepare_renewal(*context_);
    if (!request) {
        log::error("certificate-not-renewed", {{"why", request.error().message()}});
        return;
    }
    renewing_ = true;
    after_commit([this, request = *request] {
        const Status started = running_->transfers.call([this, request](const std::stop_token&) {
            const auto reply = running_->link.renew(request.request_pem, request.proof);
            post([this, reply] { return renewed(reply); });
        });
        if (!started) renewing_ = false;
    });
}

Status Site::renewed(const Result<rpc::EnrolReply>& reply) {
    renewing_ = false;
    if (!reply) {
        log::warning("certificate-not-renewed", {{"why", reply.error().message()}});
        return {};
    }
    if (!runners_.empty()) return {};  // the reply can be had again
    auto fresh = finish_renewal(*reply, *context_);
    if (!fresh) {
        log::error("certificate-not-renewed", {{"why", fresh.error().message()}});
        return context_->record("refuse-renewal", fresh.error().message());
    }
    HZ_TRY(context_->use(std::move(*fresh)));
    HZ_TRY(context_->record("renew-certificate", to_hex(context_->certificate.who.fingerprint)));
    log::info("certificate-renewed", {{"until", to_iso8601(context_->certificate.who.not_after)}});
    after_commit([this, identity = context_->tls_identity()] {
        if (const Status used = running_->link.reload(identity); !used)
            log::error("certificate-not-used", {{"why", used.error().message()}});
    });
    return {};
}

// ---- models

void Site::look_at_lineages() {
    std::set<std::string> tasks;
    if (const auto seen = context_->rounds.tasks()) tasks.insert(seen->begin(), seen->end());
    for (const std::string& task : context_->parts.tasks->offered()) tasks.insert(task);
    for (const std::string& task : tasks) look_at_lineage(task);
}

void Site::look_at_lineage(const std::string& task) {
    const std::uint64_t skip = context_->models.records(task);
    const Status started = running_->transfers.call([this, task, skip](const std::stop_token&) {
        const auto page = running_->link.lineage(task, skip);
        if (!page) {
            log::debug("lineage-not-seen", {{"task", task}, {"why", page.error().message()}});
            return;
        }
        post([this, task, skip, page = *page]() -> Status {
            if (context_->models.records(task) != skip) return {};  // seen in the meantime
            if (const Status taken = context_->models.take(task, page); !taken) {
                if (taken.error().code() == ErrorCode::kIo) return taken;
                log::error("lineage-refused", {{"task", task}, {"why", taken.error().message()}});
                return context_->record("refuse-lineage", task + ": " + taken.error().message());
            }
            return fetch_wanted();
        });
    });
    if (!started) log::warning("lineage-not-seen", {{"task", task}, {"why", started.error().message()}});
}

Status Site::fetch_wanted() {
    HZ_ASSIGN(const auto wanted, context_->models.wanted());
    for (const auto& [task, model] : wanted) {
        if (context_->objects->contains(model)) {
            HZ_TRY(context_->rounds.note({model, 0}));
            HZ_TRY(context_->models.arrived(task, model));
            HZ_TRY(context_->record("run-model", task + ": " + to_hex(model)));
            continue;
        }
        if (!fetching_models_.insert(model).second) continue;
        HZ_TRY(context_->rounds.note({model, 0}));
        after_commit([this, model = model] {
            const auto arrived = [this, model](const Status& moved) {
                post([this, model, moved]() -> Status {
                    fetching_models_.erase(model);
                    if (moved) return fetch_wanted();
                    // The upkeep asks again: what may be fetched can change.
                    log::warning("model-refused",
                                 {{"model", to_hex(model)}, {"why", moved.error().message()}});
                    return {};
                });
            };
            const Status started = running_->transfers.fetch({}, {model, 0}, left_.get_token(), arrived);
            if (!started) fetching_models_.erase(model);
        });
    }
    return {};
}

// ---- a person's orders

Status Site::follow_orders() {
    if (leaving_) return {};
    for (const WaitingOrder& waiting : waiting_orders(context_->folder)) {
        // Stays until the site has left: the coordinator is told first.
        if (waiting.order && waiting.order->kind == Order::Kind::kLeave)
            return leave(*waiting.order, waiting.file);
        if (!waiting.order) {
            log::warning("order-refused", {{"why", waiting.order.error().message()}});
        } else if (const Status done = follow(*waiting.order); !done) {
            if (done.error().code() == ErrorCode::kIo) return done;
            log::warning("order-refused", {{"why", done.error().message()}});
        }
        after_commit([file = waiting.file] {
            std::error_code ignored;
            std::filesystem::remove(file, ignored);
        });
    }
    return {};
}

Status Site::follow(const Order& order) {
    switch (order.kind) {
        case Order::Kind::kPin: HZ_TRY(context_->models.pin(order.task, order.model)); break;
        case Order::Kind::kRefuse: HZ_TRY(context_->models.refuse(order.task, order.model)); break;
        case Order::Kind::kUnpin: HZ_TRY(context_->models.unpin(order.task)); break;
        case Order::Kind::kLeave: break;
    }
    HZ_TRY(
        context_->record(order_name(order.kind), order.who + ": " + order.task + " " + to_hex(order.model)));
    return fetch_wanted();
}

Status Site::leave(const Order& order, const std::filesystem::path& file) {
    leaving_ = true;
    for (const auto& [name, runner] : runners_) {
        HZ_TRY(runner->apply(rounds::JobFailed{"the hospital has left the federation"}));
        HZ_TRY(runner->abandon("the hospital has left the federation"));
    }
    after_commit([this, who = order.who, file, identity = context_->tls_identity()] {
        const Status started = running_->transfers.call([this, who, file, identity](const std::stop_token&) {
            const Status told = running_->link.leave(identity, leaving_reason(who));
            post([this, who, file, told] { return left(who, file, told); });
        });
        if (!started) post([this, who, file, started] { return left(who, file, started); });
    });
    return {};
}

Status Site::left(const std::string& who, const std::filesystem::path& file, const Status& told) {
    Enrolment& enrolment = context_->enrolment;
    mark_left(enrolment, who, told, *context_->parts.clock);
    HZ_TRY(context_->membership.set(enrolment));
    HZ_TRY(context_->record("leave", enrolment.why));
    after_commit([this, file] {
        if (const Status removed = context_->keys.remove_certificate(); !removed)
            log::error("certificate-not-removed", {{"why", removed.error().message()}});
        std::error_code ignored;
        std::filesystem::remove(file, ignored);
        log::info("left", {{"why", context_->enrolment.why}});
        left_.request_stop();
    });
    return {};
}

}  // namespace huizhen::site
