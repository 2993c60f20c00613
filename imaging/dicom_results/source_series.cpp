#include <set>

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dctk.h>

#include <huizhen/dicom/part10.h>
#include <huizhen/dicom/values.h>
#include <huizhen/dicom_results/source_series.h>

namespace huizhen::imaging {
namespace {

// Patient, General Study and Patient Study modules, and how their texts are encoded (PS3.3 C.7.1.1, C.7.2.1,
// C.7.2.2). Sequences stay behind: none of them is required.
const std::vector<DcmTagKey>& copied_tags() {
    static const std::vector<DcmTagKey> tags{
        DCM_SpecificCharacterSet,
        DCM_PatientName,
        DCM_PatientID,
        DCM_IssuerOfPatientID,
        DCM_PatientBirthDate,
        DCM_PatientBirthTime,
        DCM_PatientSex,
        DCM_PatientIdentityRemoved,
        DCM_DeidentificationMethod,
        DCM_LongitudinalTemporalInformationModified,
        DCM_StudyInstanceUID,
        DCM_StudyDate,
        DCM_StudyTime,
        DCM_ReferringPhysicianName,
        DCM_StudyID,
        DCM_AccessionNumber,
        DCM_StudyDescription,
        DCM_TimezoneOffsetFromUTC,
        DCM_PatientAge,
        DCM_PatientSize,
        DCM_PatientWeight,
    };
    return tags;
}

constexpr double kSameDirection = 1e-3, kSameSpacing = 1e-4, kSamePlace_mm = 1e-3;

std::string text_of(DcmItem& item, const DcmTagKey& tag) {
    OFString value;
    if (item.findAndGetOFStringArray(tag, value).bad()) return {};
    std::string text(value.c_str(), value.size());
    while (!text.empty() && (text.back() == ' ' || text.back() == '\0')) text.pop_back();
    return text;
}

std::optional<double> number_of(DcmItem& item, const DcmTagKey& tag, unsigned long index = 0) {
    Float64 value = 0;
    if (item.findAndGetFloat64(tag, value, index).bad() || !std::isfinite(value)) return std::nullopt;
    return value;
}

std::optional<Vec3> vector_of(DcmItem& item, const DcmTagKey& tag, unsigned long first = 0) {
    const auto x = number_of(item, tag, first), y = number_of(item, tag, first + 1),
               z = number_of(item, tag, first + 2);
    if (!x || !y || !z) return std::nullopt;
    return Vec3{*x, *y, *z};
}

// Where an image says what it says: in its data set, or in the functional groups of one of its frames.
class FrameItems {
  public:
    FrameItems(DcmItem& data, long frame) : data_(data) {
        data.findAndGetSequenceItem(DCM_PerFrameFunctionalGroupsSequence, own_, frame);
        data.findAndGetSequenceItem(DCM_SharedFunctionalGroupsSequence, shared_);
    }
    DcmItem& with(const DcmTagKey& group, const DcmTagKey& tag) {
        for (DcmItem* groups : {own_, shared_}) {
            DcmItem* item = nullptr;
            if (groups != nullptr && groups->findAndGetSequenceItem(group, item).good() &&
                item->tagExists(tag))
                return *item;
        }
        return data_;
    }

  private:
    DcmItem& data_;
    DcmItem* own_ = nullptr;
    DcmItem* shared_ = nullptr;
};

struct Frame {
    SourceImage image;
    Vec3 row, column;
    double row_spacing_mm = 0, column_spacing_mm = 0, thickness_mm = 0;
    std::optional<double> slope, intercept;
};

Result<Frame> frame_of(DcmItem& data, long index, bool is_multi_frame) {
    FrameItems items(data, index);
    const auto missing = [](std::string_view what) {
        return fail(ErrorCode::kMalformedInput, "an image has no " + std::string(what));
    };
    const auto position =
        vector_of(items.with(DCM_PlanePositionSequence, DCM_ImagePositionPatient), DCM_ImagePositionPatient);
    if (!position) return missing("(0020,0032) image position");
    DcmItem& orientation = items.with(DCM_PlaneOrientationSequence, DCM_ImageOrientationPatient);
    const auto row = vector_of(orientation, DCM_ImageOrientationPatient);
    const auto column = vector_of(orientation, DCM_ImageOrientationPatient, 3);
    if (!row || !column || std::abs(norm(*row) - 1) > 0.01 || std::abs(norm(*column) - 1) > 0.01)
        return missing("(0020,0037) image orientation");
    DcmItem& measures = items.with(DCM_PixelMeasuresSequence, DCM_PixelSpacing);
    const auto between_rows = number_of(measures, DCM_PixelSpacing),
               between_columns = number_of(measures, DCM_PixelSpacing, 1);
    if (!between_rows || !between_columns || *between_rows <= 0 || *between_columns <= 0)
        return missing("(0028,0030) pixel spacing");
    DcmItem& values = items.with(DCM_PixelValueTransformationSequence, DCM_RescaleSlope);
    Frame frame;
    frame.image = {text_of(data, DCM_SOPClassUID), text_of(data, DCM_SOPInstanceUID),
                   is_multi_frame ? static_cast<int>(index) + 1 : 0, *position, 0};
    frame.row = *row;
    frame.column = *column;
    frame.row_spacing_mm = *between_rows;
    frame.column_spacing_mm = *between_columns;
    frame.thickness_mm =
        number_of(items.with(DCM_PixelMeasuresSequence, DCM_SliceThickness), DCM_SliceThickness).value_or(0);
    frame.slope = number_of(values, DCM_RescaleSlope);
    frame.intercept = number_of(values, DCM_RescaleIntercept);
    return frame;
}

CopiedElements copied_from(DcmItem& data) {
    CopiedElements copied;
    for (const DcmTagKey& tag : copied_tags()) {
        if (!data.tagExists(tag)) continue;
        copied[(std::uint32_t{tag.getGroup()} << 16) | tag.getElement()] = text_of(data, tag);
    }
    return copied;
}

bool same_direction(Vec3 a, Vec3 b) { return norm(a - b) < kSameDirection; }

}  // namespace

struct SourceSeriesReader::State {
    SourceSeries series;
    std::set<std::string> frames_of_reference;
    bool is_first = true;

    Status take_series(DcmItem& data);
    Status take_frame(const Frame& frame);
};

Status SourceSeriesReader::State::take_series(DcmItem& data) {
    const std::string study = text_of(data, DCM_StudyInstanceUID), uid = text_of(data, DCM_SeriesInstanceUID);
    Uint16 rows = 0, columns = 0;
    data.findAndGetUint16(DCM_Rows, rows);
    data.findAndGetUint16(DCM_Columns, columns);
    if (study.empty() || uid.empty() || text_of(data, DCM_SOPInstanceUID).empty())
        return fail(ErrorCode::kMalformedInput, "an image misses its study, series or instance UID");
    if (rows == 0 || columns == 0)
        return fail(ErrorCode::kMalformedInput, "an object of the series is no image");
    frames_of_reference.insert(text_of(data, DCM_FrameOfReferenceUID));
    if (is_first) {
        series.patient_and_study = Phi(copied_from(data));
        series.study_uid = study;
        series.series_uid = uid;
        series.rows = rows;
        series.columns = columns;
        return {};
    }
    const auto& first = series.patient_and_study.reveal_phi("compared with the next file's");
    const auto patient = first.find(0x00100020);
    const bool same_patient = (patient == first.end() ? "" : patient->second) == text_of(data, DCM_PatientID);
    if (!same_patient || series.study_uid != study || series.series_uid != uid)
        return fail(ErrorCode::kUntrustworthyInput, "the files are of several patients, studies or series");
    if (series.rows != rows || series.columns != columns)
        return fail(ErrorCode::kUntrustworthyInput, "the images of the series are of several sizes");
    return {};
}

Status SourceSeriesReader::State::take_frame(const Frame& frame) {
    if (is_first) {
        series.row = frame.row;
        series.column = frame.column;
        series.row_spacing_mm = frame.row_spacing_mm;
        series.column_spacing_mm = frame.column_spacing_mm;
        series.thickness_mm = frame.thickness_mm;
        series.rescale_slope = frame.slope;
        series.rescale_intercept = frame.intercept;
        is_first = false;
    }
    if (!same_direction(series.row, frame.row) || !same_direction(series.column, frame.column))
        return fail(ErrorCode::kUntrustworthyInput, "the images of the series are turned differently");
    if (std::abs(series.row_spacing_mm - frame.row_spacing_mm) > kSameSpacing ||
        std::abs(series.column_spacing_mm - frame.column_spacing_mm) > kSameSpacing) {
        return fail(ErrorCode::kUntrustworthyInput, "the images of the series are spaced differently");
    }
    if (series.rescale_slope != frame.slope || series.rescale_intercept != frame.intercept)
        series.rescale_slope = series.rescale_intercept = std::nullopt;
    series.images.push_back(frame.image);
    series.images.back().along = dot(frame.image.position_mm, series.normal());
    return {};
}

SourceSeriesReader::SourceSeriesReader() : state_(std::make_unique<State>()) {}
SourceSeriesReader::~SourceSeriesReader() = default;
SourceSeriesReader::SourceSeriesReader(SourceSeriesReader&&) noexcept = default;
SourceSeriesReader& SourceSeriesReader::operator=(SourceSeriesReader&&) noexcept = default;

Status SourceSeriesReader::add(std::span<const std::byte> bytes) {
    DcmFileFormat file;
    HZ_TRY(parse_part10(bytes, ParseUntil::kPixelData, file));
    DcmDataset& data = *file.getDataset();
    // Not HZ_TRY: gcc 12 takes its inlined move of the error for a read past the end.
    if (Status taken = state_->take_series(data); !taken) return taken;
    const bool is_multi_frame = data.tagExists(DCM_PerFrameFunctionalGroupsSequence);
    DcmSequenceOfItems* frames = nullptr;
    if (is_multi_frame) data.findAndGetSequence(DCM_PerFrameFunctionalGroupsSequence, frames);
    const long count = frames != nullptr ? static_cast<long>(frames->card()) : 1;
    for (long i = 0; i < count; ++i) {
        HZ_ASSIGN(const Frame frame, frame_of(data, i, is_multi_frame));
        if (Status taken = state_->take_frame(frame); !taken) return taken;
    }
    return {};
}

Result<SourceSeries> SourceSeriesReader::finish() {
    SourceSeries series = std::move(state_->series);
    if (series.images.empty()) return fail(ErrorCode::kNotFound, "there is no image in the series");
    std::sort(series.images.begin(), series.images.end(), [](const SourceImage& a, const SourceImage& b) {
        return std::tie(a.along, a.sop_instance_uid, a.frame) <
               std::tie(b.along, b.sop_instance_uid, b.frame);
    });
    const auto same_place = [](const SourceImage& a, const SourceImage& b) {
        return std::abs(a.along - b.along) < kSamePlace_mm;
    };
    series.images.erase(std::unique(series.images.begin(), series.images.end(), same_place),
                        series.images.end());
    const auto gaps = static_cast<double>(series.images.size() - 1);
    series.slice_spacing_mm =
        gaps > 0 ? (series.images.back().along - series.images.front().along) / gaps : 0;
    if (series.thickness_mm <= 0)
        series.thickness_mm = series.slice_spacing_mm > 0 ? series.slice_spacing_mm : 1;
    const auto& frames = state_->frames_of_reference;
    const bool has_frame = frames.size() == 1 && !frames.begin()->empty();
    series.frame_of_reference_uid =
        has_frame ? *frames.begin() : uid_from_text("huizhen frame of reference " + series.series_uid);
    return series;
}

Vec3 SourceSeries::to_patient(std::size_t image, double x, double y) const {
    return images[image].position_mm + (x * column_spacing_mm) * row + (y * row_spacing_mm) * column;
}

std::size_t SourceSeries::nearest_image(Vec3 patient_mm) const {
    const double along = dot(patient_mm, normal());
    const auto nearest =
        std::min_element(images.begin(), images.end(), [&](const SourceImage& a, const SourceImage& b) {
            return std::abs(a.along - along) < std::abs(b.along - along);
        });
    return static_cast<std::size_t>(nearest - images.begin());
}

}  // namespace huizhen::imaging
