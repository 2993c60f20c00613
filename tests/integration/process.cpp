#include "process.h"

#include <array>
#include <csignal>
#include <stdexcept>

#include <fcntl.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace huizhen::testing {
namespace {

constexpr uid_t kNobody = 65534;

// Between fork and exec: only what is async-signal-safe.
[[noreturn]] void become_node(char* const* arguments, const RunOptions& options, int out, int err) {
    if (!options.standard_output.empty())
        out = ::open(options.standard_output.c_str(), O_WRONLY | O_CREAT, 0644);
    ::dup2(out, STDOUT_FILENO);
    ::dup2(err, STDERR_FILENO);
    if (!options.working_folder.empty() && ::chdir(options.working_folder.c_str()) != 0) ::_exit(99);
    if (options.file_size_limit) {
        const rlimit limit{*options.file_size_limit, *options.file_size_limit};
        if (::setrlimit(RLIMIT_FSIZE, &limit) != 0) ::_exit(99);
    }
    if (options.as_nobody && ::geteuid() == 0 && (::setgid(kNobody) != 0 || ::setuid(kNobody) != 0))
        ::_exit(99);
    ::execv(arguments[0], arguments);
    ::_exit(99);
}

struct Pipe {
    int read = -1, write = -1;
    Pipe() {
        std::array<int, 2> ends{};
        if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
        read = ends[0];
        write = ends[1];
    }
    ~Pipe() {
        if (read >= 0) ::close(read);
        if (write >= 0) ::close(write);
    }
    Pipe(const Pipe&) = delete;
    Pipe& operator=(const Pipe&) = delete;
    void close_read() {
        ::close(read);
        read = -1;
    }
    void close_write() {
        ::close(write);
        write = -1;
    }
};

// Until both ends are closed by the child.
void collect(Pipe& out, Pipe& err, pid_t child, const RunOptions& options, Ran& ran) {
    std::array<pollfd, 2> waits{pollfd{out.read, POLLIN, 0}, pollfd{err.read, POLLIN, 0}};
    const std::array<std::string*, 2> texts{&ran.out, &ran.err};
    std::optional<int> signal = options.signal_after_first_progress;
    std::array<char, 4096> buffer{};
    while (waits[0].fd >= 0 || waits[1].fd >= 0) {
        if (::poll(waits.data(), waits.size(), -1) < 0) continue;
        for (std::size_t i = 0; i < waits.size(); ++i) {
            if (waits[i].fd < 0 || waits[i].revents == 0) continue;
            const ssize_t n = ::read(waits[i].fd, buffer.data(), buffer.size());
            if (n <= 0) {
                waits[i].fd = -1;
                continue;
            }
            texts[i]->append(buffer.data(), static_cast<std::size_t>(n));
        }
        if (signal && !ran.err.empty()) {
            ::kill(child, *signal);
            signal.reset();
        }
    }
}

}  // namespace

Ran run_node(const std::vector<std::string>& arguments, const RunOptions& options) {
    std::vector<std::string> words{HUIZHEN_NODE_PROGRAM};
    words.insert(words.end(), arguments.begin(), arguments.end());
    std::vector<char*> pointers;
    for (std::string& word : words) pointers.push_back(word.data());
    pointers.push_back(nullptr);
    Pipe out, err;
    const pid_t child = ::fork();
    if (child < 0) throw std::runtime_error("no process");
    if (child == 0) become_node(pointers.data(), options, out.write, err.write);
    out.close_write();
    err.close_write();
    Ran ran;
    if (options.nobody_listens) {
        out.close_read();
        err.close_read();
    }
    collect(out, err, child, options, ran);
    int status = 0;
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    ran.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return ran;
}

std::vector<std::string> names_in(const std::filesystem::path& folder) {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(folder))
        names.push_back(entry.path().filename().string());
    std::ranges::sort(names);
    return names;
}

}  // namespace huizhen::testing
