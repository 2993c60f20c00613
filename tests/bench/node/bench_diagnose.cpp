// Wall time, processor time and peak memory of a whole `huizhen-node diagnose`, against the budget of 20 s
// and 2 GB. Usage: bench_diagnose DICOM_DIR [RUNS]

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

constexpr double kBudgetSeconds = 20, kBudgetMegabytes = 2000;

double seconds(const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 2) {
        std::fprintf(stderr, "usage: bench_diagnose DICOM_DIR [RUNS]\n");
        return 2;
    }
    const int runs = argc > 2 ? std::atoi(argv[2]) : 3;
    const std::string out =
        std::filesystem::temp_directory_path() / ("huizhen-bench-" + std::to_string(::getpid()));
    for (int run = 0; run < runs; ++run) {
        const auto begin = std::chrono::steady_clock::now();
        const pid_t child = ::fork();
        if (child == 0) {
            if (std::freopen("/dev/null", "w", stdout) == nullptr) ::_exit(99);
            ::execl(HUIZHEN_NODE_PROGRAM, HUIZHEN_NODE_PROGRAM, "diagnose", argv[1], "--out", out.c_str(),
                    "--quiet", nullptr);
            ::_exit(99);
        }
        int status = 0;
        rusage usage{};
        ::wait4(child, &status, 0, &usage);
        const double wall = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
        const double megabytes = static_cast<double>(usage.ru_maxrss) * 1024 / 1e6;
        std::printf(
            "exit %d: wall %.1f s (%.2f of the budget), processor %.1f s, peak memory %.0f MB (%.2f of the "
            "budget)\n",
            WIFEXITED(status) ? WEXITSTATUS(status) : -1, wall, wall / kBudgetSeconds,
            seconds(usage.ru_utime) + seconds(usage.ru_stime), megabytes, megabytes / kBudgetMegabytes);
    }
    std::filesystem::remove_all(out);
    return 0;
}
