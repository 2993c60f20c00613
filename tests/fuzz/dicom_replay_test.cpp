// The fuzzer's entry in ordinary ctest: over its corpus, over the conformance files, and over spoilt versions
// of both.

#include <fstream>
#include <iterator>
#include <random>

#include <huizhen/test_support/data.h>

#include "dicom_entry.h"

namespace huizhen::fuzz {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> files_under(const fs::path& folder) {
    std::vector<fs::path> files;
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
        if (entry.is_regular_file()) files.push_back(entry.path());
    }
    std::sort(files.begin(), files.end());
    return files;
}

std::vector<std::byte> bytes_of(const fs::path& path) {
    std::ifstream in(path, std::ios::binary);
    const std::string text(std::istreambuf_iterator<char>(in), {});
    const auto bytes = std::as_bytes(std::span(text));
    return {bytes.begin(), bytes.end()};
}

// As is, cut short at places that matter, and with single bytes of the header changed.
void replay(const fs::path& path, std::mt19937& random, int mutations) {
    SCOPED_TRACE(path.filename().string());
    std::vector<std::byte> bytes = bytes_of(path);
    ASSERT_NO_THROW(read_dicom(bytes));
    if (bytes.empty()) return;
    for (std::size_t sixteenth = 0; sixteenth < 16; ++sixteenth) {
        ASSERT_NO_THROW(read_dicom(std::span(bytes).first(bytes.size() * sixteenth / 16)));
    }
    const std::size_t header = std::min<std::size_t>(bytes.size(), 4096);
    for (int i = 0; i < mutations; ++i) {
        const std::size_t at = random() % (i % 4 == 0 ? bytes.size() : header);
        const std::byte old = bytes[at];
        bytes[at] = static_cast<std::byte>(random());
        ASSERT_NO_THROW(read_dicom(bytes)) << "byte " << at << " set to " << std::to_integer<int>(bytes[at]);
        if (i % 8 != 7) bytes[at] = old;  // now and then a change stays, so that they add up
    }
}

TEST(DicomFuzz, corpus_replays) {
    std::mt19937 random(1);
    const auto files = files_under(DICOM_CORPUS);
    ASSERT_FALSE(files.empty());
    for (const fs::path& path : files) replay(path, random, 400);
}

TEST(DicomFuzz, conformance_files_spoilt_are_survived) {
    const auto root = HZ_NEED_DATA(huizhen::testing::unpacked("dicom-conformance/dicom-conformance.tar.xz"));
    std::mt19937 random(2);
    for (const fs::path& path : files_under(root)) {
        if (fs::file_size(path) > 300'000) continue;
        replay(path, random, 24);
    }
}

}  // namespace
}  // namespace huizhen::fuzz
