#include "local_socket.h"

#include <cstring>

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <huizhen/rpc/refusal.h>

namespace huizhen::rpc {

namespace {

Error socket_error(const std::filesystem::path& path) {
    return files::system_error(errno, "cannot listen on", path);
}

}  // namespace

Result<std::unique_ptr<LocalSocket>> LocalSocket::listen(const std::filesystem::path& path, RefusalLog& log,
                                                         std::function<void(int)> accepted) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.string().size() >= sizeof address.sun_path) {
        return fail(ErrorCode::kInvalidArgument,
                    "the path of the socket is longer than 107 bytes: " + path.string());
    }
    std::strcpy(address.sun_path, path.c_str());
    const auto* where = reinterpret_cast<const sockaddr*>(&address);
    {
        const files::Descriptor probe(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
        if (::connect(probe.get(), where, sizeof address) == 0) {
            return fail(ErrorCode::kUnavailable, "in-use: another coordinator answers at " + path.string());
        }
        std::error_code ignored;
        if (std::filesystem::is_socket(path, ignored)) std::filesystem::remove(path, ignored);
    }
    std::unique_ptr<LocalSocket> made(new LocalSocket());
    made->listener_ = files::Descriptor(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    // On Linux the file that bind() makes takes the mode of the socket: never open to others, not even for a
    // moment.
    if (!made->listener_.is_open() || ::fchmod(made->listener_.get(), 0600) != 0 ||
        ::bind(made->listener_.get(), where, sizeof address) != 0) {
        return fail(socket_error(path));
    }
    made->path_ = path;
    if (::chmod(path.c_str(), 0600) != 0 || ::listen(made->listener_.get(), 16) != 0) {
        return fail(socket_error(path));
    }
    made->accepted_ = std::move(accepted);
    made->thread_ = std::jthread([socket = made.get(), &log] { socket->run(log); });
    return made;
}

LocalSocket::~LocalSocket() {
    if (listener_.is_open()) ::shutdown(listener_.get(), SHUT_RDWR);  // wakes accept()
    if (thread_.joinable()) thread_.join();
    std::error_code ignored;
    if (!path_.empty()) std::filesystem::remove(path_, ignored);
}

void LocalSocket::run(RefusalLog& log) const {
    for (;;) {
        files::Descriptor peer(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
        if (!peer.is_open()) {
            if (errno == EINTR || errno == ECONNABORTED) continue;
            if (errno == EMFILE || errno == ENFILE || errno == ENOMEM) {
                std::this_thread::sleep_for(std::chrono::milliseconds(100));
                continue;
            }
            return;
        }
        ucred who{};
        socklen_t size = sizeof who;
        if (::getsockopt(peer.get(), SOL_SOCKET, SO_PEERCRED, &who, &size) != 0 ||
            (who.uid != ::geteuid() && who.uid != 0)) {
            log.refused("unix socket", "uid " + std::to_string(who.uid),
                        refuse(Refusal::kWrongRole, "only the coordinator's own user and root").value());
            continue;
        }
        accepted_(::dup(peer.get()));
    }
}

}  // namespace huizhen::rpc
