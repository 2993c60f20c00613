#include <cerrno>
#include <cstring>
#include <fstream>

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dctk.h>

#include <huizhen/dicom/ct_writer.h>
#include <huizhen/dicom/part10.h>
#include <huizhen/dicom/values.h>

namespace huizhen::imaging {
namespace {

namespace fs = std::filesystem;

constexpr double kIntercept = -1024;

bool is_ascii(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

// Puts values, remembering the first failure.
class Filler {
  public:
    explicit Filler(DcmDataset& data) : data_(data) {}
    void text(const DcmTagKey& key, const std::string& value) {
        if (status_.good()) status_ = data_.putAndInsertString(key, value.c_str());
    }
    void number(const DcmTagKey& key, int value) {
        if (status_.good()) status_ = data_.putAndInsertUint16(key, static_cast<Uint16>(value));
    }
    void pixels(std::span<const Uint16> stored) {
        if (status_.good()) {
            status_ = data_.putAndInsertUint16Array(DCM_PixelData, stored.data(),
                                                    static_cast<unsigned long>(stored.size()));
        }
    }
    OFCondition status() const { return status_; }

  private:
    DcmDataset& data_;
    OFCondition status_ = EC_Normal;
};

void put_patient_and_study(Filler& put, const CtWriteOptions& options) {
    const bool ascii =
        is_ascii(options.patient_name + options.patient_id + options.study_description +
                 options.series_description + options.derivation_description + options.manufacturer);
    put.text(DCM_SpecificCharacterSet, ascii ? "ISO_IR 100" : "ISO_IR 192");
    put.text(DCM_PatientName, options.patient_name);
    put.text(DCM_PatientID, options.patient_id);
    put.text(DCM_PatientBirthDate, options.birth_date);
    put.text(DCM_PatientSex, options.sex);
    if (!options.age.empty()) put.text(DCM_PatientAge, options.age);
    put.text(DCM_StudyInstanceUID, uid_from_text("study/" + options.study_seed));
    put.text(DCM_StudyDate, options.study_date);
    put.text(DCM_StudyTime, "120000");
    put.text(DCM_StudyID, "1");
    put.text(DCM_AccessionNumber, "");
    put.text(DCM_ReferringPhysicianName, "");
    if (!options.study_description.empty()) put.text(DCM_StudyDescription, options.study_description);
}

void put_series(Filler& put, const CtWriteOptions& options, const Volume& volume) {
    put.text(DCM_Modality, "CT");
    put.text(DCM_SeriesInstanceUID,
             uid_from_text("series/" + options.study_seed + "/" + options.series_seed));
    put.text(DCM_SeriesNumber, std::to_string(options.series_number));
    if (!options.series_description.empty()) put.text(DCM_SeriesDescription, options.series_description);
    put.text(DCM_BodyPartExamined, "CHEST");
    put.text(DCM_PatientPosition, options.patient_position);
    put.text(DCM_FrameOfReferenceUID, uid_from_text("frame/" + options.study_seed));
    put.text(DCM_PositionReferenceIndicator, "");
    put.text(DCM_Manufacturer, options.manufacturer);
    put.text(DCM_KVP, decimal_string(options.tube_voltage_kv));
    if (!options.kernel.empty()) put.text(DCM_ConvolutionKernel, options.kernel);
    const Geometry& g = volume.geometry();
    put.text(DCM_SliceThickness,
             decimal_string(options.slice_thickness_mm > 0 ? options.slice_thickness_mm : g.spacing_mm.z));
    put.text(DCM_ImageOrientationPatient,
             decimal_strings({g.x_axis.x, g.x_axis.y, g.x_axis.z, g.y_axis.x, g.y_axis.y, g.y_axis.z}));
    put.text(DCM_PixelSpacing, decimal_strings({g.spacing_mm.y, g.spacing_mm.x}));
}

void put_image(Filler& put, const CtWriteOptions& options, const Volume& volume, int z) {
    const Vec3 position = volume.geometry().to_patient({0, 0, static_cast<double>(z)});
    put.text(DCM_SOPClassUID, UID_CTImageStorage);
    put.text(DCM_SOPInstanceUID, uid_from_text("image/" + options.study_seed + "/" + options.series_seed +
                                               "/" + std::to_string(z)));
    put.text(DCM_ImageType, "DERIVED\\SECONDARY\\AXIAL");
    put.text(DCM_DerivationDescription, options.derivation_description);
    put.text(DCM_AcquisitionNumber, "1");
    put.text(DCM_InstanceNumber, std::to_string(z + 1));
    put.text(DCM_ImagePositionPatient, decimal_strings({position.x, position.y, position.z}));
    put.number(DCM_SamplesPerPixel, 1);
    put.text(DCM_PhotometricInterpretation, "MONOCHROME2");
    put.number(DCM_Rows, volume.size().y);
    put.number(DCM_Columns, volume.size().x);
    put.number(DCM_BitsAllocated, 16);
    put.number(DCM_BitsStored, 16);
    put.number(DCM_HighBit, 15);
    put.number(DCM_PixelRepresentation, 0);
    put.text(DCM_RescaleIntercept, decimal_string(kIntercept));
    put.text(DCM_RescaleSlope, "1");
    put.text(DCM_RescaleType, "HU");
    put.text(DCM_WindowCenter, "-600");
    put.text(DCM_WindowWidth, "1500");
}

OFCondition fill(DcmDataset& data, const Volume& volume, const CtWriteOptions& options, int z) {
    Filler put(data);
    put_patient_and_study(put, options);
    put_series(put, options, volume);
    put_image(put, options, volume, z);
    const std::size_t plane =
        static_cast<std::size_t>(volume.size().x) * static_cast<std::size_t>(volume.size().y);
    std::vector<Uint16> stored(plane);
    const auto slice = volume.voxels().subspan(static_cast<std::size_t>(z) * plane, plane);
    std::transform(slice.begin(), slice.end(), stored.begin(), [](std::int16_t hu) {
        return static_cast<Uint16>(std::max(hu, kOutsideHu) - static_cast<int>(kIntercept));
    });
    put.pixels(stored);
    return put.status();
}

Status write_slice(const Volume& volume, const CtWriteOptions& options, int z, const fs::path& path) {
    DcmFileFormat file;
    const OFCondition status = fill(*file.getDataset(), volume, options, z);
    if (status.bad())
        return fail(ErrorCode::kInvalidArgument, "a value does not fit DICOM: " + std::string(status.text()));
    HZ_ASSIGN(const std::vector<std::byte> bytes, part10_bytes(file));
    errno = 0;
    std::ofstream out(path, std::ios::binary);
    out.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    out.close();  // a full disk shows here at the latest
    if (out) return {};
    const int reason = errno;
    return fail(reason == EACCES || reason == EROFS ? ErrorCode::kPermissionDenied : ErrorCode::kIo,
                path.string() + " cannot be written: " + std::strerror(reason));
}

}  // namespace

Status write_ct_series(const Volume& volume, const CtWriteOptions& options, const fs::path& folder) {
    if (volume.empty()) return fail(ErrorCode::kInvalidArgument, "an empty volume cannot be written as CT");
    if (volume.size().x > 65535 || volume.size().y > 65535)
        return fail(ErrorCode::kInvalidArgument, "slices are too large for DICOM");
    if (options.patient_name.empty() || options.patient_id.empty()) {
        return fail(ErrorCode::kInvalidArgument, "a series needs a patient name and an identifier");
    }
    std::error_code error;
    fs::create_directories(folder, error);
    if (error) {
        const bool denied =
            error == std::errc::permission_denied || error == std::errc::read_only_file_system;
        return fail(denied ? ErrorCode::kPermissionDenied : ErrorCode::kIo,
                    folder.string() + " cannot be made: " + error.message());
    }
    for (int z = 0; z < volume.size().z; ++z) {
        const auto path_of = [&](int slice) {
            std::array<char, 24> name{};
            std::snprintf(name.data(), name.size(), "IM%05d.dcm", slice + 1);
            return folder / name.data();
        };
        if (auto status = write_slice(volume, options, z, path_of(z)); !status) {
            for (int written = 0; written <= z; ++written) fs::remove(path_of(written), error);
            return status;
        }
    }
    return {};
}

}  // namespace huizhen::imaging
