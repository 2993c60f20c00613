// Reads and assembles a CT folder once and prints what it cost, as JSON. read_series.py runs it against its
// peer.

#include <chrono>
#include <cstdio>
#include <string_view>

#include <sys/resource.h>

#include <huizhen/dicom/series.h>

int main(int argc, char** argv) {
    if (argc < 2) {
        std::fprintf(stderr, "usage: bench_read_series FOLDER [--no-hash]\n");
        return 2;
    }
    huizhen::imaging::LoadOptions options;
    options.hash_inputs = !(argc > 2 && std::string_view(argv[2]) == "--no-hash");
    huizhen::Executor executor;
    const auto start = std::chrono::steady_clock::now();
    const auto series =
        huizhen::imaging::load_ct_series(argv[1], executor, huizhen::silent_progress(), {}, options);
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
    if (!series) {
        std::fprintf(stderr, "%s\n", series.error().to_string().c_str());
        return 1;
    }
    struct rusage usage {};
    ::getrusage(RUSAGE_SELF, &usage);
    std::printf("{\"seconds\": %.6f, \"peak_bytes\": %ld, \"raw_bytes\": %zu, \"threads\": %zu}\n",
                seconds.count(), usage.ru_maxrss * 1024, series->volume.voxels().size_bytes(),
                executor.thread_count());
    return 0;
}
