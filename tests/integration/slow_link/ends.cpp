#include "ends.h"

#include <csignal>
#include <cstdio>
#include <cstring>

#include <fcntl.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tun.h"

namespace huizhen::slow_link {

namespace {

// Over a socket, a descriptor, or the errno for want of one.
void send_descriptor(int socket, int descriptor, int error) {
    char control[CMSG_SPACE(sizeof(int))] = {};
    iovec part{&error, sizeof error};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    if (descriptor >= 0) {
        message.msg_control = control;
        message.msg_controllen = sizeof control;
        cmsghdr* header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(sizeof(int));
        std::memcpy(CMSG_DATA(header), &descriptor, sizeof descriptor);
    }
    ::sendmsg(socket, &message, 0);
}

std::optional<int> receive_descriptor(int socket) {
    char control[CMSG_SPACE(sizeof(int))] = {};
    int error = EIO, descriptor = -1;
    iovec part{&error, sizeof error};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    const ssize_t size = ::recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
    const cmsghdr* header = size > 0 ? CMSG_FIRSTHDR(&message) : nullptr;
    if (header == nullptr) {
        errno = error;
        return std::nullopt;
    }
    std::memcpy(&descriptor, CMSG_DATA(header), sizeof descriptor);
    return descriptor;
}

[[noreturn]] void be_the_end(int socket, const std::string& device, const std::string& address,
                             char* const* command) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::setpgid(0, 0);  // signals reach what the command starts too
    std::optional<int> tun;
    if (::unshare(CLONE_NEWNET) == 0 && raise_loopback()) tun = open_tun(device, address);
    send_descriptor(socket, tun.value_or(-1), errno);
    char go = 0;
    if (!tun || ::read(socket, &go, 1) != 1) ::_exit(125);
    ::close(*tun);
    ::execvp(command[0], command);
    std::fprintf(stderr, "slow_link: %s: %s\n", command[0], std::strerror(errno));
    ::_exit(127);
}

bool write_text(const char* path, const std::string& text) {
    const int file = ::open(path, O_WRONLY | O_CLOEXEC);
    const bool good =
        file >= 0 && ::write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size());
    if (file >= 0) ::close(file);
    return good;
}

}  // namespace

bool become_root_of_own_namespaces() {
    const uid_t user = ::getuid();
    const gid_t group = ::getgid();
    return ::unshare(CLONE_NEWUSER) == 0 && write_text("/proc/self/setgroups", "deny") &&
           write_text("/proc/self/uid_map", "0 " + std::to_string(user) + " 1") &&
           write_text("/proc/self/gid_map", "0 " + std::to_string(group) + " 1");
}

std::optional<End> end_in_new_namespace(const std::string& device, const std::string& address,
                                        char* const* command) {
    int pair[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0) return std::nullopt;
    const pid_t child = ::fork();
    if (child == 0) {
        ::close(pair[0]);
        be_the_end(pair[1], device, address, command);
    }
    ::close(pair[1]);
    const auto tun = child > 0 ? receive_descriptor(pair[0]) : std::nullopt;
    if (tun) return End{*tun, child, pair[0]};
    const int error = errno;
    ::close(pair[0]);
    if (child > 0) ::waitpid(child, nullptr, 0);
    errno = error;
    return std::nullopt;
}

std::optional<End> end_in_this_namespace(const std::string& device, const std::string& address) {
    const auto tun = open_tun(device, address);
    if (!tun) return std::nullopt;
    return End{*tun, -1, -1};
}

void start(const End& end) {
    if (end.go >= 0) ::send(end.go, "g", 1, MSG_NOSIGNAL);
}

}  // namespace huizhen::slow_link
