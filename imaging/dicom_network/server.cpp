#include <condition_variable>
#include <cstring>
#include <mutex>
#include <thread>

#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <huizhen/base/executor.h>
#include <huizhen/dicom_network/server.h>

#include "session.h"

namespace huizhen::imaging {
namespace {

constexpr int kBacklog = 64;
constexpr std::chrono::milliseconds kNoDescriptors{100};  // waited when the process has none left

class Descriptor {
  public:
    explicit Descriptor(int number = -1) : number_(number) {}
    ~Descriptor() {
        if (number_ >= 0) ::close(number_);
    }
    Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
    Descriptor& operator=(Descriptor&& other) noexcept {
        std::swap(number_, other.number_);
        return *this;
    }
    int get() const { return number_; }
    int release() { return std::exchange(number_, -1); }

  private:
    int number_;
};

Result<Descriptor> listen_on(const std::string& bind_address, std::uint16_t port) {
    sockaddr_storage name{};
    socklen_t length = sizeof(sockaddr_in);
    HZ_ASSIGN(const Address address, Address::parse(bind_address));
    const bool v6 = bind_address.find(':') != std::string::npos;
    if (v6) {
        auto& in6 = reinterpret_cast<sockaddr_in6&>(name);
        in6.sin6_family = AF_INET6;
        in6.sin6_port = htons(port);
        std::copy(address.bytes.begin(), address.bytes.end(), in6.sin6_addr.s6_addr);
        length = sizeof(sockaddr_in6);
    } else {
        auto& in = reinterpret_cast<sockaddr_in&>(name);
        in.sin_family = AF_INET;
        in.sin_port = htons(port);
        std::copy(address.bytes.end() - 4, address.bytes.end(),
                  reinterpret_cast<std::uint8_t*>(&in.sin_addr));
    }
    Descriptor listener(::socket(name.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const int on = 1;
    ::setsockopt(listener.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    if (::bind(listener.get(), reinterpret_cast<sockaddr*>(&name), length) != 0 ||
        ::listen(listener.get(), kBacklog) != 0) {
        return fail(ErrorCode::kUnavailable, "cannot listen on " + bind_address + " port " +
                                                 std::to_string(port) + ": " +
                                                 std::string(std::strerror(errno)));
    }
    return listener;
}

std::uint16_t port_of(const Descriptor& listener) {
    sockaddr_storage name{};
    socklen_t length = sizeof(name);
    ::getsockname(listener.get(), reinterpret_cast<sockaddr*>(&name), &length);
    // The port lies at the same place for both families.
    return ntohs(reinterpret_cast<const sockaddr_in&>(name).sin_port);
}

Status check(const ServerOptions& options) {
    if (!is_ae_title(options.ae_title))
        return fail(ErrorCode::kInvalidArgument,
                    "an AE title has 1 to 16 printable ASCII characters and no backslash");
    for (const Peer& peer : options.peers) HZ_TRY(check_peer(peer, options.tls.has_value()));
    if (options.limits.max_associations == 0)
        return fail(ErrorCode::kInvalidArgument, "a server without associations serves nobody");
    return {};
}

}  // namespace

struct DicomServer::Impl {
    Impl(ServerOptions given, const ServerParts& handed)
        : options(std::move(given)),
          parts(handed),
          setting{options, parts, {}, nullptr, ByteBudget(options.limits.max_bytes_in_flight)},
          most(options.limits.max_associations + options.limits.max_negotiating),
          threads(most, most) {}
    ~Impl() { stop(std::chrono::milliseconds(0)); }

    void listen_until_stopped();
    void take(Descriptor socket, const Address& address);
    void run(int socket, const Address& address);
    void stop(std::chrono::milliseconds patience);
    bool may_call(const Address& address) const;

    const ServerOptions options;
    const ServerParts parts;
    SessionSetting setting;
    const std::size_t most;  // connections
    Descriptor listener, wake{::eventfd(0, EFD_CLOEXEC)};

    Watchdog watchdog;
    std::mutex mutex;
    std::condition_variable fewer;  // mutex
    std::set<Watch*> connections;   // mutex
    std::size_t taken = 0;          // mutex; connections, from their acceptance on
    bool stopping = false;          // mutex
    Executor threads;               // joins before what its tasks use is gone
    std::thread listening;
};

bool DicomServer::Impl::may_call(const Address& address) const {
    return std::ranges::any_of(setting.peers, [&](const KnownPeer& known) {
        return known.ranges.empty() || std::ranges::any_of(known.ranges, [&](const AddressRange& range) {
                   return range.contains(address);
               });
    });
}

void DicomServer::Impl::listen_until_stopped() {
    while (true) {
        struct pollfd ready[] = {{listener.get(), POLLIN, 0}, {wake.get(), POLLIN, 0}};
        if (::poll(ready, 2, -1) < 0 && errno != EINTR) return;
        if (ready[1].revents != 0) return;
        if (ready[0].revents == 0) continue;
        sockaddr_storage name{};
        socklen_t length = sizeof(name);
        Descriptor socket(
            ::accept4(listener.get(), reinterpret_cast<sockaddr*>(&name), &length, SOCK_CLOEXEC));
        if (socket.get() >= 0) {
            take(std::move(socket), Address::of(name));
        } else if (errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == ENOBUFS) {
            parts.observer.refused(
                {RefusalReason::kTooManyConnections, {}, {}, "the process has no descriptors left"});
            struct pollfd stop = {wake.get(), POLLIN, 0};
            ::poll(&stop, 1, static_cast<int>(kNoDescriptors.count()));
        }
    }
}

void DicomServer::Impl::take(Descriptor socket, const Address& address) {
    if (!may_call(address)) {
        return parts.observer.refused(
            {RefusalReason::kAddress, address.text(), {}, "no peer has this address"});
    }
    {
        const std::lock_guard lock(mutex);
        if (taken < most) {
            ++taken;
        } else {
            return parts.observer.refused({RefusalReason::kTooManyConnections,
                                           address.text(),
                                           {},
                                           "every thread has a connection already"});
        }
    }
    const int number = socket.release();
    if (threads.submit([this, number, address] { run(number, address); })) return;
    ::close(number);
    const std::lock_guard lock(mutex);
    --taken;
}

void DicomServer::Impl::run(int socket, const Address& address) {
    {
        Watch watch(watchdog);
        {
            const std::lock_guard lock(mutex);
            connections.insert(&watch);
            if (stopping) watch.cut(Limit::kStopped);
        }
        Session(setting, address, watch).run(socket);
        const std::lock_guard lock(mutex);
        connections.erase(&watch);
    }
    const std::lock_guard lock(mutex);
    --taken;
    fewer.notify_all();
}

void DicomServer::Impl::stop(std::chrono::milliseconds patience) {
    if (!listening.joinable()) return;
    ::eventfd_write(wake.get(), 1);
    listening.join();
    listener = Descriptor();
    std::unique_lock lock(mutex);
    fewer.wait_for(lock, patience, [&] { return taken == 0; });
    stopping = true;
    for (Watch* watch : connections) watch->cut(Limit::kStopped);
    fewer.wait(lock, [&] { return taken == 0; });
}

Result<std::unique_ptr<DicomServer>> DicomServer::start(ServerOptions options, const ServerParts& parts) {
    HZ_TRY(check(options));
    auto impl = std::make_unique<Impl>(std::move(options), parts);
    for (const Peer& peer : impl->options.peers) {
        KnownPeer known{peer, {}};
        for (const std::string& text : peer.addresses) {
            HZ_ASSIGN(const AddressRange range, AddressRange::parse(text));
            known.ranges.push_back(range);
        }
        impl->setting.peers.push_back(std::move(known));
    }
    if (impl->options.tls) {
        HZ_ASSIGN(impl->setting.tls, TlsContext::make(*impl->options.tls, TlsRole::kServer));
    }
    HZ_ASSIGN(impl->listener, listen_on(impl->options.bind_address, impl->options.port));
    impl->listening = std::thread([raw = impl.get()] { raw->listen_until_stopped(); });
    return std::unique_ptr<DicomServer>(new DicomServer(std::move(impl)));
}

DicomServer::DicomServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
DicomServer::~DicomServer() = default;

std::uint16_t DicomServer::port() const { return port_of(impl_->listener); }
std::size_t DicomServer::associations() const { return impl_->setting.open.load(); }
void DicomServer::stop(std::chrono::milliseconds patience) { impl_->stop(patience); }

}  // namespace huizhen::imaging
