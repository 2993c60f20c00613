#pragma once

// The series that findings were seen in, as its own files tell it: where each image lies, and who the patient
// is, byte for byte, so that what is written about it lies in the same study under the same name.

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <huizhen/base/phi.h>
#include <huizhen/base/result.h>
#include <huizhen/volume/geometry.h>

namespace huizhen::imaging {

// One image, or one frame of a multi-frame object.
struct SourceImage {
    std::string sop_class_uid, sop_instance_uid;
    int frame = 0;     // from 1; 0 where the object has one image
    Vec3 position_mm;  // LPS, middle of the first pixel
    double along = 0;  // of the position, on the series' normal, mm
};

// Elements of the patient and study modules by tag (0xggggeeee), values in the file's own character set.
using CopiedElements = std::map<std::uint32_t, std::string>;

struct SourceSeries {
    Phi<CopiedElements> patient_and_study;
    std::string study_uid, series_uid;
    // The file's own; hashed from the series where its files have none, or one each.
    std::string frame_of_reference_uid;
    std::optional<double> rescale_slope, rescale_intercept;  // where all images share them
    int rows = 0, columns = 0;
    Vec3 row, column;                                  // directions of growing column and row index
    double row_spacing_mm = 0, column_spacing_mm = 0;  // between rows, between columns
    double thickness_mm = 0, slice_spacing_mm = 0;
    std::vector<SourceImage> images;  // along the normal, one at each place

    Vec3 normal() const { return cross(row, column); }
    // Pixel coordinates: (0, 0) is the middle of the first pixel.
    Vec3 to_patient(std::size_t image, double x, double y) const;
    // The image whose plane is nearest.
    std::size_t nearest_image(Vec3 patient_mm) const;
};

// Fed with the files of one series, in any order. One thread at a time.
class SourceSeriesReader {
  public:
    SourceSeriesReader();
    ~SourceSeriesReader();
    SourceSeriesReader(SourceSeriesReader&&) noexcept;
    SourceSeriesReader& operator=(SourceSeriesReader&&) noexcept;

    // A whole DICOM file, or its head up to the pixel data. Errors: those of dicom/image.h; kMalformedInput:
    // no image, or no place in the patient; kUntrustworthyInput: of another patient, study, series or
    // geometry than the files before.
    Status add(std::span<const std::byte> file);

    // kNotFound where nothing was added. The reader is then spent.
    Result<SourceSeries> finish();

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace huizhen::imaging
