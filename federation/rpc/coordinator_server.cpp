#include <cerrno>
#include <condition_variable>
#include <cstring>

#include <grpcpp/alarm.h>
#include <grpcpp/impl/service_type.h>
#include <grpcpp/resource_quota.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>
#include <grpcpp/server_posix.h>

#include <huizhen/base/check.h>
#include <huizhen/rpc/coordinator_server.h>
#include <huizhen/rpc/refusal.h>

#include "enrolment_service.h"
#include "gate.h"
#include "grpc_process.h"
#include "local_socket.h"
#include "object_service.h"
#include "session_service.h"

namespace huizhen::rpc {

namespace {

constexpr int kSweepsPerRecheck = 5;
constexpr int kLookaheadBytes = 512 << 10;
constexpr int kReadBytes = 128 << 10;

int milliseconds(std::chrono::milliseconds time) { return static_cast<int>(time.count()); }

// `lines`: what gRPC said of it, with the system's words somewhere inside.
tl::unexpected<Error> cannot_listen(const std::string& address, std::string_view lines) {
    const auto said = [&](int error) { return lines.find(std::strerror(error)) != std::string_view::npos; };
    std::string_view what = "is the address one of this machine's, and the port free?";
    if (said(EADDRINUSE)) what = "another program listens there; end that one, or choose another port";
    if (said(EADDRNOTAVAIL))
        what = "this machine has no such address; choose one of its own, or 0.0.0.0 for all";
    if (said(EACCES)) what = "ports below 1024 are the system's; choose a higher one";
    return refuse(Refusal::kUnreachable, "cannot listen on " + address + ": " + std::string(what));
}

}  // namespace

struct CoordinatorServer::Impl {
    Impl(ServerOptions given, ServerParts with)
        : options(std::move(given)),
          parts(std::move(with)),
          gate(*parts.peers, log),
          shelf(options.identity),
          sessions(*parts.sessions, options.limits, log, *parts.clock, *parts.random),
          objects{*parts.objects, *parts.authoriser, *parts.disk, parts.transfers, options.limits, log},
          enrolment{*parts.enrolment,
                    parts.calls != nullptr ? *parts.calls : *parts.disk,
                    {options.limits.enrolments_per_minute, *parts.clock},
                    {options.limits.polls_per_minute, *parts.clock},
                    log,
                    WaitingCalls(options.limits)} {}

    Status start();
    void sweep();
    void arm_locked();
    void disarm();
    void stop();

    const ServerOptions options;
    const ServerParts parts;
    RefusalLog log;
    Gate gate;
    CertificateShelf shelf;
    SessionHub sessions;
    ObjectHub objects;
    EnrolmentHub enrolment;
    std::vector<std::unique_ptr<grpc::Service>> services;
    std::unique_ptr<grpc::Server> server;
    std::unique_ptr<LocalSocket> local;
    int port = 0;

    std::mutex mutex;  // guards what follows
    std::condition_variable disarmed;
    std::unique_ptr<grpc::Alarm> alarm, last_alarm;
    int sweeps = 0;
    bool armed = false;
    bool stopping = false;
};

Status CoordinatorServer::Impl::start() {
    const Limits& limits = options.limits;
    sessions.transfers = &objects.calls;
    services.push_back(session_service(sessions));
    services.push_back(object_service(objects));
    services.push_back(enrolment_service(enrolment));

    grpc::ServerBuilder builder;
    builder.AddListeningPort(options.address, gated_credentials(shelf, gate), &port);
    for (const auto& service : services) builder.RegisterService(service.get());
    for (auto* service : parts.services) builder.RegisterService(service);
    builder.SetMaxReceiveMessageSize(
        static_cast<int>(std::max(limits.max_frame_bytes, kMaxChunkBytes) + 4096));
    // A small compressed message may unfold to gigabytes.
    builder.SetCompressionAlgorithmSupportStatus(GRPC_COMPRESS_GZIP, false);
    builder.SetCompressionAlgorithmSupportStatus(GRPC_COMPRESS_DEFLATE, false);
    builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);  // a second coordinator must notice the first
    builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS,
                               static_cast<int>(limits.max_streams_per_connection));
    builder.AddChannelArgument(GRPC_ARG_SERVER_HANDSHAKE_TIMEOUT_MS, milliseconds(limits.handshake));
    builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, milliseconds(limits.keepalive_time));
    builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, milliseconds(limits.keepalive_timeout));
    builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
    // A node's keepalive is as often as ours; half of that leaves room for clocks and queues.
    builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS,
                               milliseconds(limits.keepalive_time / 2));
    builder.AddChannelArgument(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
    // What a connection may hold of uploads that wait for the disk: gRPC's own estimate goes to several MiB a
    // site.
    builder.AddChannelArgument(GRPC_ARG_HTTP2_BDP_PROBE, 0);
    builder.AddChannelArgument(GRPC_ARG_HTTP2_STREAM_LOOKAHEAD_BYTES, kLookaheadBytes);
    builder.AddChannelArgument(GRPC_ARG_TCP_MAX_READ_CHUNK_SIZE, kReadBytes);
    grpc::ResourceQuota quota("huizhen");
    quota.Resize(limits.max_memory_bytes).SetMaxThreads(64);
    builder.SetResourceQuota(quota);
    builder.SetSyncServerOption(grpc::ServerBuilder::NUM_CQS, 1);
    builder.SetSyncServerOption(grpc::ServerBuilder::MIN_POLLERS, 1);
    builder.SetSyncServerOption(grpc::ServerBuilder::MAX_POLLERS, 4);
    {
        const GrpcErrorLines lines;
        server = builder.BuildAndStart();
        if (!server || port == 0) return cannot_listen(options.address, lines.text());
    }
    if (options.local_socket) {
        HZ_ASSIGN(local, LocalSocket::listen(*options.local_socket, log, [this](int fd) {
                      grpc::AddInsecureChannelFromFd(server.get(), fd);
                  }));
    }
    const std::lock_guard lock(mutex);
    arm_locked();
    return {};
}

void CoordinatorServer::Impl::arm_locked() {
    armed = true;
    last_alarm = std::move(alarm);  // whose function may be the one that runs now
    alarm = std::make_unique<grpc::Alarm>();
    const auto when = std::chrono::system_clock::now() + options.limits.sweep_period;
    alarm->Set(when, [this](bool ok) {
        if (ok) sweep();
        const std::lock_guard lock(mutex);
        if (ok && !stopping) {
            arm_locked();
        } else {
            armed = false;
            disarmed.notify_all();
        }
    });
}

void CoordinatorServer::Impl::disarm() {
    std::unique_lock lock(mutex);
    stopping = true;
    if (alarm) alarm->Cancel();
    disarmed.wait(lock, [this] { return !armed; });
}

void CoordinatorServer::Impl::sweep() {
    if (++sweeps % kSweepsPerRecheck == 0) {
        sessions.calls.recheck(*parts.peers);
        objects.calls.recheck(*parts.peers);
    }
    const auto now = std::chrono::steady_clock::now();
    for (const auto& call : sessions.calls.all()) call->sweep(now);
    for (const auto& call : objects.calls.all()) call->sweep(now);
}

void CoordinatorServer::Impl::stop() {
    local.reset();
    if (!server) return;
    const Error why = refuse(Refusal::kShuttingDown, "the coordinator is ending").value();
    sessions.calls.end_all(why);
    objects.calls.end_all(why);
    server->Shutdown(std::chrono::system_clock::now() + std::chrono::seconds(2));
    disarm();
    objects.tasks.wait_for_none();
    enrolment.tasks.wait_for_none();
    server.reset();
}

Result<std::unique_ptr<CoordinatorServer>> CoordinatorServer::start(ServerOptions options,
                                                                    ServerParts parts) {
    HZ_CHECK(
        parts.peers && parts.sessions && parts.objects && parts.authoriser && parts.enrolment && parts.disk,
        "a server needs its parts");
    HZ_TRY(check_identity(options.identity, true));
    prepare_grpc();
    auto impl = std::make_unique<Impl>(std::move(options), std::move(parts));
    const Status started = impl->start();
    if (!started) {
        impl->stop();
        return fail(started.error());
    }
    return std::unique_ptr<CoordinatorServer>(new CoordinatorServer(std::move(impl)));
}

CoordinatorServer::CoordinatorServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
CoordinatorServer::~CoordinatorServer() { stop(); }
int CoordinatorServer::port() const { return impl_->port; }
void CoordinatorServer::stop() { impl_->stop(); }

Status CoordinatorServer::send(const SiteId& site, RoundMessage message) {
    return rpc::send(impl_->sessions, site, std::move(message));
}

Status CoordinatorServer::send_heartbeat(const SiteId& site, std::vector<Position> positions) {
    return rpc::send(impl_->sessions, site, std::move(positions));
}

Status CoordinatorServer::send_notice(const SiteId& site, Notice notice) {
    return rpc::send(impl_->sessions, site, std::move(notice));
}

void CoordinatorServer::cut(const SiteId& site, const Error& why) {
    impl_->sessions.calls.end_those_of(site, why);
    impl_->objects.calls.end_those_of(site, why);
}

void CoordinatorServer::recheck_peers() {
    impl_->sessions.calls.recheck(*impl_->parts.peers);
    impl_->objects.calls.recheck(*impl_->parts.peers);
}

Status CoordinatorServer::reload(TlsIdentity identity) {
    HZ_TRY(check_identity(identity, true));
    impl_->shelf.replace(std::move(identity));
    return {};
}

CoordinatorServer::Counters CoordinatorServer::counters() const {
    return {impl_->sessions.connected(), impl_->objects.calls.size(), impl_->log.count()};
}

}  // namespace huizhen::rpc
