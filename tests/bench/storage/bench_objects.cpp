// Durable puts a second against a plain write, fsync, rename loop, and against the same with the folder
// flushed, which is what durable means; the same bytes, the same disk, in turns within one run. Usage:
// bench_objects FOLDER [OBJECTS [BYTES]], by default 200 objects of 526,336 bytes (a CT slice).

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <random>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

#include <huizhen/objects/store.h>

namespace {

using namespace huizhen;
namespace fs = std::filesystem;

[[noreturn]] void stop(const char* what) {
    std::fprintf(stderr, "%s\n", what);
    std::exit(1);
}

template <typename T>
T must(Result<T> result) {
    if (!result) stop(result.error().to_string().c_str());
    return std::move(*result);
}

// Pixels of 12 bits in 16, with noise in the low ones: about what a CT slice is to a compressor.
std::vector<std::uint8_t> slice(std::size_t bytes, unsigned seed) {
    std::mt19937 random(seed);
    std::vector<std::uint8_t> pixels(bytes);
    for (std::size_t i = 0; i + 1 < bytes; i += 2) {
        const unsigned value = static_cast<unsigned>(1000 + (i / 1024) % 512) + (random() & 63);
        pixels[i] = static_cast<std::uint8_t>(value);
        pixels[i + 1] = static_cast<std::uint8_t>(value >> 8);
    }
    return pixels;
}

void flush_folder(const fs::path& folder) {
    const int fd = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY);
    if (fd < 0 || ::fsync(fd) != 0) stop("fsync of the folder");
    ::close(fd);
}

void plain_put(const fs::path& folder, std::size_t number, const std::vector<std::uint8_t>& bytes,
               bool flush) {
    const fs::path part = folder / "part", whole = folder / std::to_string(number);
    const int fd = ::open(part.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (fd < 0 || ::write(fd, bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size()) ||
        ::fsync(fd) != 0) {
        stop("plain write");
    }
    ::close(fd);
    fs::rename(part, whole);
    if (flush) flush_folder(folder);
}

double seconds_since(std::chrono::steady_clock::time_point begin) {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 2) stop("Usage: bench_objects FOLDER [OBJECTS [BYTES]]");
    const std::size_t objects = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 200;
    const std::size_t bytes = argc > 3 ? std::strtoull(argv[3], nullptr, 10) : 526'336;
    const fs::path root = fs::path(argv[1]) / "bench-objects";
    fs::create_directories(root / "plain");
    fs::create_directories(root / "flushed");

    const vault::KeyRing ring = vault::KeyRing::generate(system_random());
    const auto store = must(objects::Store::open(root / "store", ring, system_random()));
    double renamed = 0, flushed = 0, sealed = 0, packed = 0, read = 0;
    for (std::size_t i = 0; i < objects; ++i) {  // in turns: the disk's moods hit all alike
        const auto a = slice(bytes, static_cast<unsigned>(2 * i)),
                   b = slice(bytes, static_cast<unsigned>(2 * i + 1));
        auto begin = std::chrono::steady_clock::now();
        plain_put(root / "plain", i, a, false);
        renamed += seconds_since(begin);
        begin = std::chrono::steady_clock::now();
        plain_put(root / "flushed", i, a, true);
        flushed += seconds_since(begin);
        begin = std::chrono::steady_clock::now();
        const auto name = must(store->put(a));
        sealed += seconds_since(begin);
        begin = std::chrono::steady_clock::now();
        must(store->put(b, objects::Compression::kZstd));
        packed += seconds_since(begin);
        begin = std::chrono::steady_clock::now();
        if (must(store->get(name, bytes)) != a) stop("read back wrongly");
        read += seconds_since(begin);
    }
    const double count = static_cast<double>(objects), mega = count * static_cast<double>(bytes) * 1e-6;
    std::printf("%zu objects of %zu bytes\n", objects, bytes);
    std::printf("write+fsync+rename:              %7.1f /s\n", count / renamed);
    std::printf("write+fsync+rename+fsync folder: %7.1f /s\n", count / flushed);
    std::printf("store, sealed:                   %7.1f /s; ratio %.2f and %.2f\n", count / sealed,
                renamed / sealed, flushed / sealed);
    std::printf("store, zstd and sealed:          %7.1f /s; ratio %.2f and %.2f\n", count / packed,
                renamed / packed, flushed / packed);
    std::printf("store, verified read from cache: %7.1f MB/s\n", mega / read);
    fs::remove_all(root);
    return 0;
}
