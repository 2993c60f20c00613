#include "tun.h"

#include <array>
#include <cstring>

#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace huizhen::slow_link {

namespace {

ifreq request_for(const std::string& name) {
    ifreq request{};
    std::strncpy(request.ifr_name, name.c_str(), IFNAMSIZ - 1);
    return request;
}

bool set_address(int socket, unsigned long what, const std::string& name, const std::string& address) {
    ifreq request = request_for(name);
    sockaddr_in value{};
    value.sin_family = AF_INET;
    ::inet_pton(AF_INET, address.c_str(), &value.sin_addr);
    std::memcpy(&request.ifr_addr, &value, sizeof value);
    return ::ioctl(socket, what, &request) == 0;
}

bool raise(int socket, const std::string& name) {
    ifreq request = request_for(name);
    if (::ioctl(socket, SIOCGIFFLAGS, &request) != 0) return false;
    request.ifr_flags = static_cast<short>(request.ifr_flags | IFF_UP | IFF_RUNNING);
    return ::ioctl(socket, SIOCSIFFLAGS, &request) == 0;
}

class Socket {
  public:
    Socket() : fd_(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {}
    ~Socket() { ::close(fd_); }
    Socket(const Socket&) = delete;
    Socket& operator=(const Socket&) = delete;
    int fd() const { return fd_; }

  private:
    int fd_;
};

}  // namespace

std::optional<int> open_tun(const std::string& name, const std::string& address) {
    const int tun = ::open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
    if (tun < 0) return std::nullopt;
    ifreq request = request_for(name);
    request.ifr_flags = IFF_TUN | IFF_NO_PI;
    const Socket socket;
    if (::ioctl(tun, TUNSETIFF, &request) == 0 && set_address(socket.fd(), SIOCSIFADDR, name, address) &&
        set_address(socket.fd(), SIOCSIFNETMASK, name, "255.255.255.252") && raise(socket.fd(), name)) {
        return tun;
    }
    const int error = errno;
    ::close(tun);
    errno = error;
    return std::nullopt;
}

bool raise_loopback() { return raise(Socket().fd(), "lo"); }

std::optional<Packet> read_packet(int tun) {
    std::array<std::uint8_t, 65536> buffer;
    while (true) {
        const ssize_t size = ::read(tun, buffer.data(), buffer.size());
        if (size < 0 && errno == EINTR) continue;
        if (size <= 0) return std::nullopt;
        if (buffer[0] >> 4 == 4) return Packet(buffer.begin(), buffer.begin() + size);
    }
}

void write_packet(int tun, const Packet& packet) {
    // A packet that the kernel does not take is lost, as on any line.
    while (::write(tun, packet.data(), packet.size()) < 0 && errno == EINTR) {
    }
}

}  // namespace huizhen::slow_link
