#include <atomic>
#include <map>
#include <thread>

#include <sys/epoll.h>
#include <sys/eventfd.h>

#include <huizhen/mllp/server.h>

#include "address_list.h"
#include "answers.h"
#include "connection.h"

namespace huizhen::mllp {
namespace {

constexpr std::uint64_t kListener = 0, kAnswers = 1, kFirstConnection = 2;
constexpr std::size_t kBufferBytes = 64 << 10;
constexpr std::size_t kMaxOutputBytes = 1 << 20;  // of answers that a sender does not take
constexpr int kTickMs = 250;                      // deadlines are looked at so often

}  // namespace

struct Server::Impl {
    Impl(const ServerSettings& with, MessageHandler& to, const Clock& by)
        : settings(with), handler(to), clock(by), buffer(kBufferBytes) {}

    Status open();
    void run();

    void on_event(std::uint64_t id, std::uint32_t events);
    void listen(bool on);
    void accept_all();
    void admit(Accepted accepted);
    void take_answers();
    void after(std::uint64_t id, Connection& connection, const Connection::Step& step);
    void hand_over(std::uint64_t id, Connection& connection);
    bool may_take(const Connection& connection) const;
    void watch(std::uint64_t id, const Connection& connection);
    void end(std::uint64_t id, const std::optional<Error>& why);
    void look_at_deadlines();
    void serve_held();
    void publish();
    bool over(TimePoint now);

    const ServerSettings settings;
    MessageHandler& handler;
    const Clock& clock;
    AddressList allowed;
    TlsContext tls;
    Descriptor listener, epoll;
    std::uint16_t port = 0;
    std::shared_ptr<Answers> answers;  // and of every Answer that is out
    std::vector<char> buffer;

    // The thread's own.
    std::map<std::uint64_t, Connection> connections;
    std::uint64_t next_id = kFirstConnection;
    std::size_t unanswered_bytes = 0;
    std::optional<TimePoint> stop_by;
    bool listening = true;
    bool held = false;  // some connection waits for others' answers

    std::atomic<bool> stopping{false};
    std::atomic<std::uint64_t> accepted{0}, refused{0}, broken{0}, messages{0}, answered{0};
    std::atomic<std::size_t> open_now{0}, unanswered_now{0};
    std::thread thread;
};

Status Server::Impl::open() {
    HZ_ASSIGN(allowed, AddressList::parse(settings.allowed));
    if (settings.tls) {
        HZ_ASSIGN(tls, server_context(*settings.tls));
    }
    HZ_ASSIGN(listener, listen_at(settings.address, settings.port));
    port = port_of(listener);
    epoll = Descriptor(::epoll_create1(EPOLL_CLOEXEC));
    Descriptor wake(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC));
    epoll_event on_listener{EPOLLIN, {.u64 = kListener}}, on_wake{EPOLLIN, {.u64 = kAnswers}};
    if (::epoll_ctl(epoll.get(), EPOLL_CTL_ADD, listener.get(), &on_listener) != 0 ||
        ::epoll_ctl(epoll.get(), EPOLL_CTL_ADD, wake.get(), &on_wake) != 0)
        return fail(ErrorCode::kUnavailable, "cannot-listen: the system gives no more descriptors");
    answers = std::make_shared<Answers>(std::move(wake));
    return {};
}

void Server::Impl::run() {
    std::array<epoll_event, 64> events{};
    while (!over(clock.steady_now())) {
        const int count = ::epoll_wait(epoll.get(), events.data(), static_cast<int>(events.size()), kTickMs);
        for (int i = 0; i < count; ++i) on_event(events[i].data.u64, events[i].events);
        if (held) serve_held();
        if (!stopping) listen(true);
        look_at_deadlines();
        publish();
    }
    connections.clear();
    publish();
}

// Once it is to stop: no more connections, and those that are owed nothing are let go.
bool Server::Impl::over(TimePoint now) {
    if (!stopping) return false;
    if (!stop_by) {
        stop_by = now + settings.drain;
        listener.close();
    }
    for (auto it = connections.begin(); it != connections.end();) {
        const auto id = it->first;
        const Connection& connection = (it++)->second;
        if (connection.unanswered() == 0 && !connection.has_output())
            end(id, std::nullopt);
        else
            watch(id, connection);
    }
    return connections.empty() || now >= *stop_by;
}

void Server::Impl::on_event(std::uint64_t id, std::uint32_t events) {
    if (id == kListener) return accept_all();
    if (id == kAnswers) return take_answers();
    const auto found = connections.find(id);
    if (found == connections.end()) return;
    Connection& connection = found->second;
    const TimePoint now = clock.steady_now();
    Connection::Step step;
    if ((events & EPOLLOUT) != 0) step = connection.flush(now);
    const bool readable = (events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0;
    if (step.life == Connection::Life::kGoesOn && readable &&
        (may_take(connection) || connection.handshaking()))
        step = connection.receive(now, buffer);
    // Nobody is there any more, also where nothing is read now: it would be told for ever.
    if (step.life == Connection::Life::kGoesOn && (events & (EPOLLHUP | EPOLLERR)) != 0)
        step = {Connection::Life::kOver,
                Error(ErrorCode::kIo, "broken-off: the sender left before its answer")};
    after(id, connection, step);
}

void Server::Impl::listen(bool on) {
    if (on == listening) return;
    listening = on;
    epoll_event event{on ? EPOLLIN : 0u, {.u64 = kListener}};
    ::epoll_ctl(epoll.get(), EPOLL_CTL_MOD, listener.get(), &event);
}

void Server::Impl::accept_all() {
    for (;;) {
        auto next = accept_from(listener);
        if (!next) return listen(false);  // until the next tick, or this would spin
        if (!*next) return;
        admit(std::move(**next));
    }
}

void Server::Impl::admit(Accepted accepted_one) {
    const std::string& address = accepted_one.address;
    const auto from_there = std::count_if(connections.begin(), connections.end(), [&](const auto& each) {
        return each.second.peer().address == address;
    });
    std::optional<Error> why;
    if (!allowed.holds(address))
        why = Error(ErrorCode::kPermissionDenied, "not-allowed: the address is not on the list");
    else if (connections.size() >= settings.max_connections)
        why = Error(ErrorCode::kLimitExceeded, "too-many-connections: as many as are served are open");
    else if (static_cast<std::size_t>(from_there) >= settings.max_connections_per_address)
        why = Error(ErrorCode::kLimitExceeded,
                    "too-many-connections: as many as one address may have are open");
    if (why) {
        ++refused;
        return handler.on_refused(address, *why);
    }
    const std::uint64_t id = next_id++;
    epoll_event event{EPOLLIN, {.u64 = id}};
    if (::epoll_ctl(epoll.get(), EPOLL_CTL_ADD, accepted_one.socket.get(), &event) != 0) return;
    ++accepted;
    connections.try_emplace(id, Channel(std::move(accepted_one.socket), tls.get()), address,
                            settings.max_frame_bytes, tls != nullptr, clock.steady_now());
}

void Server::Impl::take_answers() {
    for (auto& given : answers->take()) {
        const auto found = connections.find(given.connection);
        if (found == connections.end()) continue;
        Connection& connection = found->second;
        const std::size_t before = connection.unanswered_bytes();
        const bool sent = given.text.has_value();
        if (!connection.answer(given.message, std::move(given.text), given.close)) {
            end(given.connection,
                Error(ErrorCode::kUnavailable, "not-answered: the message could not be taken"));
            continue;
        }
        answered += sent ? 1 : 0;
        unanswered_bytes -= before - connection.unanswered_bytes();
        after(given.connection, connection, connection.flush(clock.steady_now()));
    }
}

bool Server::Impl::may_take(const Connection& connection) const {
    if (stopping || connection.ended() || connection.unanswered() >= settings.max_unanswered) return false;
    if (connection.output_bytes() > kMaxOutputBytes) return false;
    // Whoever is owed nothing may always send one, so that the limit stops nobody for good.
    return unanswered_bytes < settings.max_unanswered_bytes || connection.unanswered() == 0;
}

void Server::Impl::hand_over(std::uint64_t id, Connection& connection) {
    while (may_take(connection)) {
        auto message = connection.next_message();
        if (!message) return;
        ++messages;
        const std::size_t bytes = message->size();
        const std::uint64_t number = connection.expect_answer(bytes);
        unanswered_bytes += bytes;
        handler.on_message(connection.peer(), std::move(*message), Answer(answers, id, number));
    }
}

void Server::Impl::after(std::uint64_t id, Connection& connection, const Connection::Step& step) {
    // Whole messages that stand before a mistake are good.
    hand_over(id, connection);
    if (step.life == Connection::Life::kOver) return end(id, step.why);
    watch(id, connection);
}

void Server::Impl::watch(std::uint64_t id, const Connection& connection) {
    const bool reads = may_take(connection) || connection.handshaking();
    held = held || (!reads && !connection.ended());
    epoll_event event{(reads ? EPOLLIN : 0u) | (connection.wants_to_write() ? EPOLLOUT : 0u), {.u64 = id}};
    ::epoll_ctl(epoll.get(), EPOLL_CTL_MOD, connection.descriptor(), &event);
}

// Those that were not read from, because of what others were owed.
void Server::Impl::serve_held() {
    held = false;
    for (auto& [id, connection] : connections) {
        hand_over(id, connection);
        watch(id, connection);
    }
}

void Server::Impl::end(std::uint64_t id, const std::optional<Error>& why) {
    const auto found = connections.find(id);
    unanswered_bytes -= found->second.unanswered_bytes();
    const std::string address = found->second.peer().address;
    found->second.say_goodbye();
    connections.erase(found);
    if (!why) return;
    ++broken;
    handler.on_refused(address, *why);
}

void Server::Impl::look_at_deadlines() {
    const TimePoint now = clock.steady_now();
    for (auto it = connections.begin(); it != connections.end();) {
        const auto id = it->first;
        const Connection& connection = (it++)->second;
        const auto patience = connection.handshaking() ? settings.handshake : settings.idle;
        // One that waits for an answer of ours is not idle, unless it does not take those there are.
        const bool ours = connection.unanswered() > 0 && !connection.has_output();
        if (ours || now - connection.active() < patience) continue;
        end(id, connection.handshaking()
                    ? Error(ErrorCode::kPermissionDenied, "tls-failed: no handshake in time")
                    : Error(ErrorCode::kUnavailable,
                            "idle: nothing came, or answers were not taken, for too long"));
    }
}

void Server::Impl::publish() {
    std::size_t unanswered = 0;
    for (const auto& [id, connection] : connections) unanswered += connection.unanswered();
    open_now = connections.size();
    unanswered_now = unanswered;
}

Server::Server(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Server::~Server() { stop(); }

Result<std::unique_ptr<Server>> Server::start(const ServerSettings& settings, MessageHandler& handler,
                                              const Clock& clock) {
    auto impl = std::make_unique<Impl>(settings, handler, clock);
    HZ_TRY(impl->open());
    impl->thread = std::thread([raw = impl.get()] { raw->run(); });
    return std::unique_ptr<Server>(new Server(std::move(impl)));
}

std::uint16_t Server::port() const { return impl_->port; }

ServerCounts Server::counts() const {
    return {impl_->accepted, impl_->refused,  impl_->broken,        impl_->messages,
            impl_->answered, impl_->open_now, impl_->unanswered_now};
}

void Server::stop() {
    if (!impl_->thread.joinable()) return;
    impl_->stopping = true;
    impl_->answers->give({0, 0, std::nullopt, false});  // wakes it; no connection has that number
    impl_->thread.join();
}

}  // namespace huizhen::mllp
