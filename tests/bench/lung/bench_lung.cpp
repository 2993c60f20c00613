// Times the lung stages and their primitives on one CT and prints seconds as JSON; writes the 1 mm volume
// beside it for bench_lung.py, which times scipy.ndimage on the same voxels.

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <functional>
#include <string>

#include <sys/resource.h>

#include <huizhen/dicom/series.h>
#include <huizhen/lung/candidates.h>
#include <huizhen/lung/components.h>
#include <huizhen/lung/distance.h>
#include <huizhen/lung/gaussian.h>
#include <huizhen/lung/phantom.h>
#include <huizhen/volume/orient.h>
#include <huizhen/volume/resample.h>

namespace {

using namespace huizhen;
using namespace huizhen::imaging;

constexpr int kRuns = 5;

double best_seconds(const std::function<void()>& work) {
    double best = 1e9;
    for (int run = 0; run < kRuns; ++run) {
        const auto start = std::chrono::steady_clock::now();
        work();
        best =
            std::min(best, std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
    }
    return best;
}

// A pass that reads and writes every voxel once: nothing that touches the whole volume can be faster.
double copy_seconds(const Volume& iso, Executor& executor) {
    Volume copy(iso.size(), iso.geometry());
    return best_seconds([&] {
        executor.parallel_for(iso.voxels().size(), 1 << 20, [&](std::size_t begin, std::size_t end) {
            std::memcpy(copy.voxels().data() + begin, iso.voxels().data() + begin,
                        (end - begin) * sizeof(std::int16_t));
        });
    });
}

Result<Volume> load(const char* folder, Executor& executor) {
    if (std::string(folder) == "--phantom") return make_chest_phantom({}, executor).volume;
    HZ_ASSIGN(auto series, load_ct_series(folder, executor, silent_progress(), {}, {}));
    return to_patient_order(std::move(series.volume));
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 3) {
        std::fprintf(stderr, "usage: bench_lung CT_FOLDER|--phantom VOLUME_FILE\n");
        return 2;
    }
    Executor executor;
    const Result<Volume> volume = load(argv[1], executor);
    if (!volume) {
        std::fprintf(stderr, "%s\n", volume.error().to_string().c_str());
        return 1;
    }
    const Volume iso = resample_isotropic(*volume, 1.0, executor);
    const auto lungs = segment_lungs(iso, executor, {});
    if (!lungs) {
        std::fprintf(stderr, "%s\n", lungs.error().to_string().c_str());
        return 1;
    }
    Grid<float> hu(iso.size(), iso.geometry());
    std::transform(iso.voxels().begin(), iso.voxels().end(), hu.voxels().begin(),
                   [](std::int16_t v) { return static_cast<float>(v); });
    Mask air(iso.size(), iso.geometry());
    std::transform(iso.voxels().begin(), iso.voxels().end(), air.voxels().begin(),
                   [](std::int16_t v) { return static_cast<std::uint8_t>(v < -400); });

    const double copy = copy_seconds(iso, executor);
    const double segment = best_seconds([&] { (void)segment_lungs(iso, executor, {}); });
    const double candidates =
        best_seconds([&] { (void)find_candidates(iso, *lungs, {}, executor, silent_progress(), {}); });
    const double smooth = best_seconds([&] { gaussian_smooth(hu, 2.0, executor); });
    const double distance = best_seconds([&] { (void)squared_distance_to(air, 0, executor); });
    const double label = best_seconds([&] { (void)label_components(air, Connectivity::kFaces6); });
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);

    std::ofstream(argv[2], std::ios::binary)
        .write(reinterpret_cast<const char*>(iso.voxels().data()),
               static_cast<std::streamsize>(iso.voxels().size_bytes()));
    std::printf(
        "{\"size\": [%d, %d, %d], \"threads\": %zu, \"peak_bytes\": %ld, \"copy\": %.6f, \"segment_lungs\": "
        "%.6f, "
        "\"find_candidates\": %.6f, \"gaussian\": %.6f, \"distance\": %.6f, \"label\": %.6f}\n",
        iso.size().x, iso.size().y, iso.size().z, executor.thread_count(), usage.ru_maxrss * 1024, copy,
        segment, candidates, smooth, distance, label);
    return 0;
}
