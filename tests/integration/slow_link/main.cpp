// slow_link: a command behind a slow line. See kUsage and README.md.

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include <poll.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ends.h"
#include "options.h"
#include "tun.h"

namespace huizhen::slow_link {

namespace {

constexpr int kToolFailed = 125, kNotAllowed = 77;

class Forwarder {
  public:
    Forwarder(const LineSettings& settings, int server, int client)
        : ends_{server, client}, lines_{Line(settings), Line(other_dice(settings))} {}

    // Carries packets until `stop` can be read.
    void run_until_readable(int stop) {
        pollfd watched[] = {{ends_[0], POLLIN, 0}, {ends_[1], POLLIN, 0}, {stop, POLLIN, 0}};
        while (true) {
            const auto wait = until_next();
            const timespec timeout{wait.count() / 1'000'000'000, wait.count() % 1'000'000'000};
            ::ppoll(watched, 3, &timeout, nullptr);
            for (int from : {0, 1}) {
                while (auto packet = read_packet(ends_[from])) lines_[from].push(std::move(*packet), now());
            }
            for (int from : {0, 1}) {
                while (const auto packet = lines_[from].take(now())) write_packet(ends_[1 - from], *packet);
            }
            if (watched[2].revents != 0) return;
        }
    }
    const LineCounts& down() const { return lines_[0].counts(); }  // from the server
    const LineCounts& up() const { return lines_[1].counts(); }

  private:
    static LineSettings other_dice(LineSettings settings) {
        ++settings.seed;
        return settings;
    }
    Time now() const { return std::chrono::steady_clock::now() - opened_; }
    Time until_next() const {
        Time wait = std::chrono::seconds(1);
        for (const Line& line : lines_) {
            if (const auto arrival = line.next_arrival()) wait = std::min(wait, *arrival - now());
        }
        return std::max(wait, Time{});
    }

    std::chrono::steady_clock::time_point opened_ = std::chrono::steady_clock::now();
    int ends_[2];
    Line lines_[2];  // by the end a packet comes from
};

int exit_code_of(int status) { return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status); }

// Asks the server to end, and after ten seconds sees to it.
void end_server(pid_t child, int signals) {
    ::kill(-child, SIGTERM);
    pollfd watched{signals, POLLIN, 0};
    for (int tries = 0; tries < 100; ++tries) {
        if (::waitpid(child, nullptr, WNOHANG) == child) return;
        ::poll(&watched, 1, 100);
        signalfd_siginfo spent{};
        while (::read(signals, &spent, sizeof spent) > 0) {
        }
    }
    ::kill(-child, SIGKILL);
    ::waitpid(child, nullptr, 0);
}

void write_report(const std::string& path, const Forwarder& forwarder) {
    FILE* file = std::fopen(path.c_str(), "w");
    if (file == nullptr) return;
    const auto put = [&](const char* name, const LineCounts& counts, const char* end) {
        std::fprintf(file,
                     "  \"%s\": {\"packets\": %llu, \"bytes\": %llu, \"lost\": %llu, \"overflowed\": %llu, "
                     "\"cut\": %llu}%s\n",
                     name, static_cast<unsigned long long>(counts.packets),
                     static_cast<unsigned long long>(counts.bytes),
                     static_cast<unsigned long long>(counts.lost),
                     static_cast<unsigned long long>(counts.overflowed),
                     static_cast<unsigned long long>(counts.cut), end);
    };
    std::fprintf(file, "{\n");
    put("up", forwarder.up(), ",");
    put("down", forwarder.down(), "");
    std::fprintf(file, "}\n");
    std::fclose(file);
}

// Carries packets until the client's command ends, and passes on a request to stop. Returns its status.
int run(Forwarder& forwarder, const End& client, int signals) {
    while (true) {
        forwarder.run_until_readable(signals);
        signalfd_siginfo info{};
        while (::read(signals, &info, sizeof info) == static_cast<ssize_t>(sizeof info)) {
            if (info.ssi_signo != SIGCHLD) ::kill(-client.child, static_cast<int>(info.ssi_signo));
        }
        int status = 0;
        if (::waitpid(client.child, &status, WNOHANG) == client.child) return status;
    }
}

int not_allowed(const char* what) {
    std::fprintf(stderr, "slow_link: %s: %s\n", what, std::strerror(errno));
    return kNotAllowed;
}

int main(int count, char** words) {
    auto parsed = parse(count, words);
    if (const auto* wrong = std::get_if<std::string>(&parsed)) {
        std::fprintf(stderr, "slow_link: %s\n%s", wrong->c_str(), kUsage);
        return 2;
    }
    const Options& options = std::get<Options>(parsed);
    const std::string subnet = "10.201." + std::to_string(options.subnet) + ".";
    ::setenv("SLOW_LINK_SERVER", (subnet + "1").c_str(), 1);
    ::setenv("SLOW_LINK_CLIENT", (subnet + "2").c_str(), 1);

    if (!options.server.empty() && ::geteuid() != 0 && !become_root_of_own_namespaces()) {
        return not_allowed("not root, and no namespaces for users");
    }
    const std::string device = "slow" + std::to_string(options.subnet);
    char shell[] = "/bin/sh", flag[] = "-c";
    std::string server_command = options.server;
    char* const server_words[] = {shell, flag, server_command.data(), nullptr};
    // Both before the signals are blocked, which the commands would inherit.
    const auto server = options.server.empty() ? end_in_this_namespace(device, subnet + "1")
                                               : end_in_new_namespace(device, subnet + "1", server_words);
    if (!server) return not_allowed("no network for the server");
    const auto client = end_in_new_namespace(device, subnet + "2", options.command);
    if (!client) return not_allowed("no network for the command");

    sigset_t mask;
    ::sigemptyset(&mask);
    for (const int signal : {SIGCHLD, SIGTERM, SIGINT, SIGHUP}) ::sigaddset(&mask, signal);
    ::sigprocmask(SIG_BLOCK, &mask, nullptr);
    const int signals = ::signalfd(-1, &mask, SFD_NONBLOCK | SFD_CLOEXEC);
    if (signals < 0) return kToolFailed;

    Forwarder forwarder(options.line, server->tun, client->tun);
    start(*server);
    start(*client);
    const int status = run(forwarder, *client, signals);
    if (server->child > 0) end_server(server->child, signals);
    if (!options.report.empty()) write_report(options.report, forwarder);
    return exit_code_of(status);
}

}  // namespace
}  // namespace huizhen::slow_link

int main(int count, char** words) { return huizhen::slow_link::main(count, words); }
