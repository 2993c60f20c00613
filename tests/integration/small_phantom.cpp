#include "small_phantom.h"

#include <stdexcept>

#include <unistd.h>

#include <huizhen/base/executor.h>
#include <huizhen/base/file.h>
#include <huizhen/base/ids.h>
#include <huizhen/dicom/ct_writer.h>
#include <huizhen/lung/phantom.h>

namespace huizhen::testing {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> files_in_order(const fs::path& folder) {
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(folder)) files.push_back(entry.path());
    std::ranges::sort(files);
    return files;
}

imaging::Volume make_volume() {
    Executor executor;
    imaging::PhantomOptions options;
    options.size = {256, 256, 100};
    options.spacing_mm = {1.4, 1.4, 3.0};
    return imaging::make_chest_phantom(options, executor).volume;
}

void write_series(const imaging::Volume& volume, std::string_view patient_id, const fs::path& folder) {
    imaging::CtWriteOptions header;
    header.patient_name = "SYNTHETIC^PHANTOM";
    header.patient_id = patient_id;
    header.manufacturer = "Huizhen SYNTHETIC";
    header.age = "060Y";
    if (!write_ct_series(volume, header, folder)) throw std::runtime_error("the phantom cannot be written");
}

}  // namespace

void write_small_phantom(const fs::path& folder, std::string_view patient_id) {
    write_series(make_volume(), patient_id, folder);
}

void write_sagittal_phantom(const fs::path& folder) {
    const imaging::Volume axial = make_volume();
    const imaging::Size3 size = axial.size();
    const imaging::Geometry from = axial.geometry();
    imaging::Geometry geometry;
    geometry.origin_mm = from.to_patient({0, 0, static_cast<double>(size.z - 1)});
    geometry.spacing_mm = {from.spacing_mm.y, from.spacing_mm.z, from.spacing_mm.x};
    geometry.x_axis = {0, 1, 0};
    geometry.y_axis = {0, 0, -1};
    geometry.z_axis = {1, 0, 0};
    imaging::Volume sagittal({size.y, size.z, size.x}, geometry);
    for (int x = 0; x < size.x; ++x) {
        for (int z = 0; z < size.z; ++z) {
            for (int y = 0; y < size.y; ++y) sagittal.at(y, size.z - 1 - z, x) = axial.at(x, y, z);
        }
    }
    write_series(sagittal, "SYNTHETIC-1", folder);
}

fs::path small_phantom() {
    const fs::path cache = fs::temp_directory_path() / ("huizhen-test-data-" + std::to_string(::getuid()));
    const fs::path target = cache / "small-phantom-1";
    if (fs::exists(target)) return target;
    // Written beside and renamed, so that tests running side by side never see half a series.
    const fs::path partial = cache / random_id();
    fs::create_directories(cache);
    write_small_phantom(partial, "SYNTHETIC-1");
    std::error_code lost_the_race;
    fs::rename(partial, target, lost_the_race);
    if (lost_the_race) fs::remove_all(partial);
    return target;
}

void copy_slices(const fs::path& from, const fs::path& to, int first, int last) {
    fs::create_directories(to);
    const std::vector<fs::path> files = files_in_order(from);
    for (int i = first; i < last; ++i) {
        const fs::path& file = files.at(static_cast<std::size_t>(i));
        fs::copy_file(file, to / (std::to_string(first) + "-" + file.filename().string()));
    }
}

void replace_in_files(const fs::path& folder, std::string_view what, std::string_view by) {
    for (const fs::path& file : files_in_order(folder)) {
        const auto bytes = read_file(file, std::size_t{16} << 20).value();
        std::string text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
        for (std::size_t at = text.find(what); at != std::string::npos;
             at = text.find(what, at + by.size())) {
            text.replace(at, what.size(), by);
        }
        if (!write_file_atomically(file, text)) throw std::runtime_error("a copy cannot be changed");
    }
}

}  // namespace huizhen::testing
