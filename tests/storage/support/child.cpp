#include <csignal>
#include <cstdio>
#include <exception>
#include <string>

#include <sched.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <huizhen/storage_test/child.h>

namespace huizhen::storage_test {

pid_t start_child(const std::function<int()>& body) {
    const pid_t child = ::fork();
    if (child != 0) return child;
    int code = 255;
    try {
        code = body();
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s\n", error.what());
    }
    ::_exit(code);
}

int run_in_child(const std::function<int()>& body) {
    int status = 0;
    ::waitpid(start_child(body), &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

bool kill_child(pid_t child) {
    int status = 0;
    ::kill(child, SIGKILL);
    ::waitpid(child, &status, 0);
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
}

void limit_file_size(std::uint64_t bytes) {
    ::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{bytes, bytes};
    ::setrlimit(RLIMIT_FSIZE, &limit);
}

bool mount_small_disk(const std::filesystem::path& folder, std::uint64_t bytes) {
    // A user namespace of its own gives an ordinary user the right to mount.
    if (::unshare(CLONE_NEWNS) != 0 && ::unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) return false;
    ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr);
    const std::string size = "size=" + std::to_string(bytes);
    return ::mount("tmpfs", folder.c_str(), "tmpfs", 0, size.c_str()) == 0;
}

}  // namespace huizhen::storage_test
