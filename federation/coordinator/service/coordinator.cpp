#include "coordinator.h"

#include <huizhen/base/logging.h>
#include <huizhen/rpc/round_codec.h>

#include "admin/admin_service.h"
#include "models/decisions.h"
#include "plans/plan_book.h"
#include "plans/schedules.h"
#include "service/enrolment.h"
#include "version.h"

namespace huizhen::coordinator {
namespace {

// How often certificates and schedules are looked at.
constexpr std::chrono::seconds kUpkeep{60};
// Threads that wait for the loop's answers to enrolments; it answers one after the other.
constexpr std::size_t kWaitingCalls = 4;

rpc::TlsIdentity tls_identity(const Context& context, const ServerKeys& keys) {
    return {context.keys.authority().root().pem(), keys.chain_pem,
            std::string(keys.key_pem.reveal_secret("TLS presents the key"))};
}

rpc::ServerOptions server_options(const Context& context, const ServerKeys& keys) {
    rpc::ServerOptions options;
    options.address = context.config.listen;
    options.identity = tls_identity(context, keys);
    options.limits.heartbeat_period = context.config.heartbeat;
    options.limits.silence_limit = context.config.heartbeat * 6;
    options.limits.max_object_bytes = context.config.max_object_bytes;
    options.limits.max_sessions = context.config.max_sites;
    options.local_socket = context.folder / "control.socket";
    options.software_version = software_version();
    return options;
}

}  // namespace

Result<std::unique_ptr<Coordinator>> Coordinator::open(const std::filesystem::path& folder,
                                                       const Clock& clock, RandomSource& random) {
    HZ_ASSIGN(auto context, Context::open(folder, clock, random));
    std::unique_ptr<Coordinator> coordinator(new Coordinator(std::move(context)));
    coordinator->context_->outbox = coordinator.get();
    return coordinator;
}

Coordinator::~Coordinator() = default;

Status Coordinator::serve(const std::function<void(int port)>& ready, const std::stop_token& stop) {
    HZ_TRY(restore_plans(*context_));
    HZ_TRY(open_models(*context_));
    HZ_TRY(tell_rounds_of_revoked());
    HZ_ASSIGN(const ServerKeys keys, context_->keys.server());
    Enrolment enrolment(*this);
    AdminService admin(*this);
    rpc::ServerParts parts;
    parts.peers = &context_->peers;
    parts.sessions = this;
    parts.objects = context_->objects.get();
    parts.authoriser = &context_->grants;
    parts.enrolment = &enrolment;
    Executor disk, calls(kWaitingCalls);
    parts.disk = &disk;
    parts.calls = &calls;
    parts.transfers = &context_->presence;
    parts.services = {admin.service()};
    parts.clock = &context_->clock;
    parts.random = &context_->random;
    HZ_ASSIGN(server_, rpc::CoordinatorServer::start(server_options(*context_, keys), std::move(parts)));
    ready(server_->port());
    next_upkeep_ = context_->clock.steady_now();
    const Status ended = loop_.run(*this, stop);
    admin.close();
    server_->stop();
    server_.reset();
    HZ_TRY(ended);
    return record_last_connects();
}

Status Coordinator::begin_batch() {
    HZ_ASSIGN(auto transaction, context_->connection->begin());
    transaction_.emplace(std::move(transaction));
    context_->transaction = &*transaction_;
    return {};
}

Status Coordinator::end_batch() {
    if (!broken_)
        if (const Status settled = settle_plans(*context_); !settled) fail(settled.error());
    Status committed;
    if (broken_) {
        committed = huizhen::fail(*broken_);
    } else {
        committed = transaction_->commit();
    }
    transaction_.reset();
    context_->transaction = nullptr;
    const auto actions = batch_.take();
    if (!committed) {
        log::error("state-not-kept", {{"why", committed.error().message()}});
        return committed;
    }
    for (const auto& action : actions) action();
    return {};
}

std::optional<std::chrono::steady_clock::time_point> Coordinator::wake_at() const {
    auto first = next_upkeep_;
    for (const auto& [id, runner] : context_->runners) {
        const auto wake = runner->wake_at();
        if (!wake) continue;
        const auto patience =
            std::max(std::chrono::nanoseconds(0), std::chrono::nanoseconds(*wake - context_->clock.now()));
        first = std::min(first, context_->clock.steady_now() + patience);
    }
    return first;
}

void Coordinator::on_wake() {
    if (context_->clock.steady_now() >= next_upkeep_) {
        next_upkeep_ = context_->clock.steady_now() + kUpkeep;
        if (const Status renewed = renew_server_if_due(); !renewed)
            log::error("server-certificate-not-renewed", {{"why", renewed.error().message()}});
        if (const Status told = record_all(connects_.due(context_->now())); !told) fail(told.error());
        if (const Status started = start_due_schedules(*context_); !started) fail(started.error());
    }
    for (const auto& [id, runner] : context_->runners)
        if (const Status ticked = runner->tick(); !ticked) fail(ticked.error());
}

Status Coordinator::renew_server_if_due() {
    HZ_ASSIGN(const ServerKeys keys, context_->keys.server());
    if (keys.not_after - context_->now() > kServerRenewalMargin) return {};
    HZ_TRY(context_->keys.renew_server(context_->config.hosts, context_->random, context_->now()));
    HZ_ASSIGN(const ServerKeys fresh, context_->keys.server());
    HZ_TRY(context_->record({"coordinator", "renew-server-certificate", "local", "", {}}));
    return use_server_keys(fresh);
}

Status Coordinator::use_server_keys(const ServerKeys& keys) {
    return server_->reload(tls_identity(*context_, keys));
}

Status Coordinator::apply_revocation(Role role, const std::string& name) {
    context_->certificates_changed();
    after_commit([this, role, name] {
        if (!server_) return;
        server_->recheck_peers();
        if (role == Role::kSite)
            server_->cut(rpc::SiteId(name),
                         Error(ErrorCode::kPermissionDenied, "revoked: this site's certificate was revoked"));
    });
    if (role != Role::kSite) return {};
    // Its certificate may be in a proposal that others have yet to judge.
    tell_all("revoked", name);
    for (const auto& [id, runner] : context_->runners)
        if (const Status told = runner->revoked(rounds::SiteId(name)); !told) fail(told.error());
    return {};
}

Status Coordinator::tell_rounds_of_revoked() {
    if (context_->keys.revoked_issuers().entries().empty()) return {};
    HZ_ASSIGN(const auto members, context_->members.all());
    for (const Member& member : members) {
        if (member.role != Role::kSite || member.state != MemberState::kRevoked) continue;
        HZ_TRY(loop_.post([this, site = rounds::SiteId(member.name)] {
            for (const auto& [id, runner] : context_->runners)
                if (const Status told = runner->revoked(site); !told) fail(told.error());
        }));
    }
    return {};
}

Status Coordinator::whole_or_nothing(const std::function<Status()>& part) {
    Batch::Outcome done = batch_.whole_or_nothing(*context_->connection, part);
    if (!done.kept) fail(done.kept.error());
    return std::move(done.part);
}

Status Coordinator::opened(rpc::SessionId session, const rpc::Peer&, const rpc::Hello& hello) {
    context_->presence.opened(hello.site, session, hello);
    if (!inbox_.connected(hello.site, hello)) return {};
    return look_at_news(hello.site);
}

void Coordinator::heartbeat(rpc::SessionId, const rpc::SiteId& site,
                            const std::vector<rpc::Position>& where) {
    context_->presence.heard(site);
    if (!inbox_.heartbeat(site, where)) return;
    // Lost when too much waits: the next heartbeat says it again.
    static_cast<void>(look_at_news(site));
}

Status Coordinator::look_at_news(const rpc::SiteId& site) {
    Status posted = loop_.post([this, site] {
        if (const Status taken = news(site); !taken) fail(taken.error());
    });
    if (!posted) inbox_.not_queued(site);
    return posted;
}

Status Coordinator::news(const rpc::SiteId& site) {
    const Inbox::News news = inbox_.take(site);
    if (news.connects > 0) {
        HZ_TRY(context_->members.seen(Role::kSite, site.str(), news.software, context_->now()));
        HZ_TRY(record_all(connects_.add(site.str(), news.connects, context_->now())));
    }
    positions(site, news.positions);
    return {};
}

Status Coordinator::record_all(const std::vector<audit::Event>& events) {
    for (const audit::Event& event : events) HZ_TRY(context_->record(event));
    return {};
}

Status Coordinator::record_last_connects() {
    const auto events = connects_.all();
    if (events.empty()) return {};
    HZ_TRY(begin_batch());
    if (const Status told = record_all(events); !told) fail(told.error());
    return end_batch();
}

void Coordinator::positions(const rpc::SiteId& site, const std::vector<rpc::Position>& where) {
    std::map<std::string_view, const rpc::Position*> by_plan;
    for (const rpc::Position& position : where) by_plan[position.plan] = &position;
    for (const auto& [id, runner] : context_->runners) {
        if (!std::ranges::binary_search(runner->run().plan().invited, site)) continue;
        const auto found = by_plan.find(id);
        if (found == by_plan.end()) {
            runner->position(site, 0, {});
        } else {
            runner->position(site, found->second->round, rpc::to_rounds(*found->second));
        }
    }
    for (const auto& [plan, position] : by_plan) {
        if (position->round == 0 || context_->runners.contains(position->plan)) continue;
        if (const Status told = tell_end(site, *position); !told)
            log::warning("end-not-told", {{"site", site.str()}, {"why", told.error().message()}});
    }
}

Status Coordinator::tell_end(const rpc::SiteId& site, const rpc::Position& position) {
    HZ_ASSIGN(const auto kept, context_->plans.result(position.plan, position.round));
    if (!kept) return {};
    HZ_ASSIGN(const auto result, rpc::decode_result(*kept));
    HZ_ASSIGN(const PlanRecord record, context_->plans.find(position.plan));
    HZ_ASSIGN(const auto training, rpc::decode_plan(record.training));
    if (std::ranges::binary_search(training.invited, site)) send({site}, rounds::outcome_message(result));
    return {};
}

Status Coordinator::message(rpc::SessionId, const rpc::SiteId& site, rpc::RoundMessage message) {
    context_->presence.heard(site);
    HZ_ASSIGN(auto room, inbox_.enter(site, message.body.size()));
    HZ_ASSIGN(rounds::Message decoded, rpc::decode(message));
    return loop_.post([this, site, room = std::move(room), decoded = std::move(decoded)]() mutable {
        const auto found = context_->runners.find(decoded.round.plan.str());
        if (found == context_->runners.end()) return;
        if (const Status taken = found->second->message(site, std::move(decoded)); !taken)
            fail(taken.error());
    });
}

void Coordinator::notice(rpc::SessionId, const rpc::SiteId& site, const rpc::Notice& notice) {
    log::info("notice", {{"site", site.str()}, {"name", notice.name}, {"sentence", notice.sentence}});
}

void Coordinator::closed(rpc::SessionId session, const rpc::SiteId& site, const Error& why) {
    context_->presence.closed(site, session);
    log::info("session-closed", {{"site", site.str()}, {"why", why.message()}});
}

void Coordinator::send(const std::vector<rounds::SiteId>& sites, const rounds::Message& message) {
    after_commit([this, sites, encoded = rpc::encode_round_message(message)] {
        if (!server_) return;
        for (const rounds::SiteId& site : sites) {
            // Not connected, or its queue is full: its next heartbeat says what it lacks.
            const Status sent = server_->send(site, encoded);
            if (!sent) log::debug("not-sent", {{"site", site.str()}, {"why", sent.error().message()}});
        }
    });
}

void Coordinator::tell_all(std::string name, std::string sentence) {
    after_commit([this, notice = rpc::Notice{std::move(name), std::move(sentence)}] {
        if (!server_) return;
        for (const auto& [site, presence] : context_->presence.all()) {
            if (!presence.connected) continue;
            // A site that misses it asks when it connects again, and after every round.
            const Status sent = server_->send_notice(site, notice);
            if (!sent) log::debug("not-sent", {{"site", site.str()}, {"why", sent.error().message()}});
        }
    });
}

void Coordinator::fail(const Error& error) {
    if (!broken_) broken_ = error;
}

void Coordinator::post(std::function<void()> task) {
    if (const Status posted = loop_.post(std::move(task)); !posted) fail(posted.error());
}

}  // namespace huizhen::coordinator
