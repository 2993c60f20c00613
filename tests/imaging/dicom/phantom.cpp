#include "phantom.h"

#include <fstream>
#include <iterator>

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dcrledrg.h>
#include <dcmtk/dcmdata/dcrleerg.h>
#include <dcmtk/dcmdata/dctk.h>
#include <dcmtk/dcmjpeg/djencode.h>
#include <dcmtk/dcmjpls/djencode.h>
#include <dcmtk/oflog/oflog.h>

#include <huizhen/base/check.h>

namespace huizhen::imaging::phantom {
namespace {

namespace fs = std::filesystem;

void must(const OFCondition& status) { HZ_CHECK(status.good(), status.text()); }

void register_encoders_once() {
    static const bool registered = [] {
        OFLog::configure(OFLogger::ERROR_LOG_LEVEL);
        DJEncoderRegistration::registerCodecs();
        DJLSEncoderRegistration::registerCodecs();
        DcmRLEEncoderRegistration::registerCodecs();
        return true;
    }();
    HZ_CHECK(registered, "encoders");
}

std::string decimals(std::initializer_list<double> values) {
    std::string text;
    for (double value : values) {
        std::array<char, 32> one{};
        std::snprintf(one.data(), one.size(), "%.9g", value);
        text += (text.empty() ? "" : "\\") + std::string(one.data());
    }
    return text;
}

DcmItem& item(DcmItem& owner, const DcmTagKey& sequence, long index) {
    DcmItem* found = nullptr;
    must(owner.findOrCreateSequenceItem(sequence, found, index));
    return *found;
}

}  // namespace

Volume volume(Size3 size, Geometry geometry) {
    Volume made(size, geometry);
    int i = 0;
    for (auto& hu : made.voxels()) hu = static_cast<std::int16_t>((i++ * 37) % 3000 - 1000);
    return made;
}

CtWriteOptions options() {
    CtWriteOptions options;
    options.patient_name = "SYNTHETIC^TEST";
    options.patient_id = "SYNTHETIC-1";
    options.age = "063Y";
    options.sex = "F";
    return options;
}

void write(const fs::path& folder, const Volume& volume, const CtWriteOptions& options) {
    const auto status = write_ct_series(volume, options, folder);
    HZ_CHECK(status.has_value(), status ? "" : status.error().to_string());
}

std::vector<fs::path> files(const fs::path& folder) {
    std::vector<fs::path> found;
    for (const auto& entry : fs::directory_iterator(folder)) found.push_back(entry.path());
    std::sort(found.begin(), found.end());
    return found;
}

void edit(const fs::path& folder, const std::function<void(DcmDataset&, int)>& edit) {
    int index = 0;
    for (const fs::path& path : files(folder)) {
        DcmFileFormat file;
        must(file.loadFile(path.c_str()));
        must(file.loadAllDataIntoMemory());
        edit(*file.getDataset(), index++);
        must(file.saveFile(path.c_str(), file.getDataset()->getOriginalXfer()));
    }
}

void transcode(const fs::path& folder, const char* transfer_syntax_uid) {
    register_encoders_once();
    const E_TransferSyntax syntax = DcmXfer(transfer_syntax_uid).getXfer();
    for (const fs::path& path : files(folder)) {
        DcmFileFormat file;
        must(file.loadFile(path.c_str()));
        must(file.getDataset()->chooseRepresentation(syntax, nullptr));
        must(file.saveFile(path.c_str(), syntax));
    }
}

void write_enhanced(const fs::path& path, const Volume& volume, const std::vector<int>& frame_order) {
    const fs::path folder = path.parent_path() / "classic";
    write(folder, volume);
    DcmFileFormat file;
    must(file.loadFile(files(folder).front().c_str()));
    must(file.loadAllDataIntoMemory());
    fs::remove_all(folder);
    DcmDataset& data = *file.getDataset();
    must(data.putAndInsertString(DCM_SOPClassUID, UID_EnhancedCTImageStorage));
    must(data.putAndInsertString(DCM_NumberOfFrames, std::to_string(frame_order.size()).c_str()));
    for (const DcmTagKey& key :
         {DCM_ImagePositionPatient, DCM_ImageOrientationPatient, DCM_PixelSpacing, DCM_SliceThickness,
          DCM_RescaleIntercept, DCM_RescaleSlope, DCM_RescaleType, DCM_ImageType}) {
        must(data.findAndDeleteElement(key));
    }
    must(data.putAndInsertString(DCM_ImageType, "DERIVED\\SECONDARY\\VOLUME\\NONE"));
    const Geometry& g = volume.geometry();
    DcmItem& shared = item(data, DCM_SharedFunctionalGroupsSequence, 0);
    DcmItem& measures = item(shared, DCM_PixelMeasuresSequence, 0);
    must(measures.putAndInsertString(DCM_PixelSpacing, decimals({g.spacing_mm.y, g.spacing_mm.x}).c_str()));
    must(measures.putAndInsertString(DCM_SliceThickness, decimals({g.spacing_mm.z}).c_str()));
    must(item(shared, DCM_PlaneOrientationSequence, 0)
             .putAndInsertString(
                 DCM_ImageOrientationPatient,
                 decimals({g.x_axis.x, g.x_axis.y, g.x_axis.z, g.y_axis.x, g.y_axis.y, g.y_axis.z}).c_str()));
    std::vector<Uint16> stored;
    for (std::size_t f = 0; f < frame_order.size(); ++f) {
        const int z = frame_order[f];
        DcmItem& frame = item(data, DCM_PerFrameFunctionalGroupsSequence, static_cast<long>(f));
        const Vec3 at = g.to_patient({0, 0, static_cast<double>(z)});
        must(item(frame, DCM_PlanePositionSequence, 0)
                 .putAndInsertString(DCM_ImagePositionPatient, decimals({at.x, at.y, at.z}).c_str()));
        // Another intercept in every frame: each must be read with its own.
        const int intercept = -1024 - static_cast<int>(f);
        DcmItem& values = item(frame, DCM_PixelValueTransformationSequence, 0);
        must(values.putAndInsertString(DCM_RescaleIntercept, std::to_string(intercept).c_str()));
        must(values.putAndInsertString(DCM_RescaleSlope, "1"));
        must(values.putAndInsertString(DCM_RescaleType, "HU"));
        for (int y = 0; y < volume.size().y; ++y) {
            for (int x = 0; x < volume.size().x; ++x)
                stored.push_back(static_cast<Uint16>(volume.at(x, y, z) - intercept));
        }
    }
    must(data.putAndInsertUint16Array(DCM_PixelData, stored.data(),
                                      static_cast<unsigned long>(stored.size())));
    must(file.saveFile(path.c_str(), EXS_LittleEndianExplicit));
}

Result<LoadedSeries> load(const fs::path& folder, const LoadOptions& options) {
    Executor executor(2);
    return load_ct_series(folder, executor, silent_progress(), {}, options);
}

bool has_finding(const LoadedSeries& series, std::string_view code) {
    return std::any_of(series.findings.begin(), series.findings.end(),
                       [&](const auto& f) { return f.code == code; });
}

std::string read_bytes(const fs::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

void write_bytes(const fs::path& file, std::string_view bytes) {
    std::ofstream(file, std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

}  // namespace huizhen::imaging::phantom
